/** Requests to the API: JSON in, JSON out, and two kinds of failure. */

import { apiPath } from "./config.js";
import { connection } from "./connection.js";

/** Milliseconds that an answer may take. */
export const PATIENCE = 30_000;

/** The server answered, and said no. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {{code?: string, detail?: string, title?: string, messages?: any[]}} problem RFC 9457
   * @param {number} retryAfter Seconds that the server asks to wait, or 0.
   */
  constructor(status, problem, retryAfter) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.status = status;
    this.code = problem.code ?? "";
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

/** No usable answer came: whether the request was heard is not known. */
export class Unanswered extends Error {}

/**
 * @param {string} path
 * @param {Record<string, string | number | null | undefined>} [query] Nothing is sent for null and "".
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export function get(path, query = {}, signal) {
  const entries = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const search = new URLSearchParams(entries.map(([name, value]) => [name, String(value)]));
  // "no-cache" keeps what came and asks whether it still holds: an unchanged answer costs a 304.
  return request("GET", search.size ? `${path}?${search}` : path, undefined, signal);
}

/**
 * @param {"POST" | "PATCH" | "PUT" | "DELETE"} method
 * @param {string} path
 * @param {object} [body]
 * @param {RequestInit} [more]
 * @returns {Promise<any>}
 */
export const change = (method, path, body = {}, more = {}) =>
  request(method, path, JSON.stringify(body), undefined, more);

/**
 * @param {string} method
 * @param {string} path
 * @param {string} [body]
 * @param {AbortSignal} [signal]
 * @param {RequestInit} [more]
 */
async function request(method, path, body, signal, more = {}) {
  const patience = AbortSignal.timeout(PATIENCE);
  let response, data;
  try {
    response = await fetch(apiPath(path), {
      ...more,
      method,
      body,
      cache: "no-cache",
      credentials: "same-origin",
      headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    data = await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    connection.lost();
    throw new Unanswered(String(error));
  }
  return answered(response.status, data, response.headers.get("Retry-After"));
}

/**
 * Take an answer in.
 * @param {number} status
 * @param {any} data
 * @param {string | null} retryAfter
 */
export function answered(status, data, retryAfter) {
  connection.answered(status);
  if (status >= 200 && status < 300) return data;
  throw new Refused(status, data, Number(retryAfter) || 0);
}

/**
 * Whether an error passes by itself, so that the same request is worth sending again.
 * @param {unknown} error
 */
export function passing(error) {
  if (error instanceof Unanswered) return true;
  if (!(error instanceof Refused)) return false;
  return [401, 408, 429].includes(error.status) || (error.status >= 500 && error.code !== "telegram_not_configured");
}

/**
 * Swallow what passes by itself: the screen shows it already, and the next refresh makes it good.
 * @param {unknown} error
 */
export function tolerate(error) {
  if (passing(error) || (error instanceof DOMException && error.name === "AbortError")) return;
  throw error;
}
