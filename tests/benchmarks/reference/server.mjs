// The design that opchat replaces: a bare server in Node, three statements in sequence to receive a message.
//
// Run as: node server.mjs PORT, with DATABASE_URL in the environment.

import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import pg from 'pg';

const statements = JSON.parse(readFileSync(new URL('statements.json', import.meta.url)));
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
const prepared = (name, values) => pool.query({ name, text: statements[name], values });

async function receive(message) {
  const { userId, messageText, messageType = 'text', botType = 'operator', telegramMessageId = null } = message;
  await prepared('user', [userId, message.firstName ?? null, message.lastName ?? null, message.username ?? null]);
  const stored = await prepared('message', [userId, messageText, messageType, 'in', botType, telegramMessageId]);
  await prepared('status', [userId]);
  return { success: true, message: stored.rows[0] };
}

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    try {
      const answer = JSON.stringify(await receive(JSON.parse(Buffer.concat(chunks))));
      response.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(answer) });
      response.end(answer);
    } catch (error) {
      console.error(error);
      response.writeHead(500).end();
    }
  });
}).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
