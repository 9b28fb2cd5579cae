/** The number of unread chats on the page's icon. */

const link = /** @type {HTMLLinkElement} */ (document.querySelector('link[rel="icon"]'));
const plain = link.href;
/** @type {Promise<string> | null} */
let picture = null;
let wanted = "";

/** @param {number} count */
export async function badge(count) {
  const text = count > 9 ? "9+" : count ? String(count) : "";
  if (text === wanted) return;
  wanted = text;
  if (!text) {
    link.href = plain;
    return;
  }
  picture ??= fetch(plain).then((response) => response.text());
  const mark =
    '<circle cx="22" cy="10" r="10" fill="#b0261d"/>' +
    `<text x="22" y="15" font-family="sans-serif" font-size="14" font-weight="700" fill="#fff" text-anchor="middle">${text}</text>`;
  const address = `data:image/svg+xml,${encodeURIComponent((await picture).replace("</svg>", `${mark}</svg>`))}`;
  if (text === wanted) link.href = address;
}
