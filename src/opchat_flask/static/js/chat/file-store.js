/** Files of answers that are not stored at the server yet, kept by the browser through a reload. */

import { config } from "../config.js";

const NAME = `opchat:${config.base}:${config.operator}`;
const STORE = "files";

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
  return opened;
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} act
 * @returns {Promise<any>} Undefined where the browser keeps nothing: then files last as long as their page.
 */
async function within(mode, act) {
  try {
    const store = (await database()).transaction(STORE, mode).objectStore(STORE);
    const request = act(store);
    return await new Promise((resolve) => {
      request.addEventListener("success", () => resolve(request.result));
      request.addEventListener("error", () => resolve(undefined));
    });
  } catch {
    return undefined; // storage is forbidden or full
  }
}

/**
 * @param {string} key
 * @param {File[]} files
 */
export const keepFiles = (key, files) => within("readwrite", (store) => store.put(files, key));

/**
 * @param {string} key
 * @returns {Promise<File[] | undefined>}
 */
export const keptFiles = (key) => within("readonly", (store) => store.get(key));

/** @param {string} key */
export const forgetFiles = (key) => within("readwrite", (store) => store.delete(key));
