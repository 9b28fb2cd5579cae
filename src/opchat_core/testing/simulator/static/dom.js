// Small tools for making the page. What people wrote reaches it through textContent only.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element that the page always has.
 * @template {HTMLElement} [T=any]
 * @param {string} id
 * @returns {T}
 */
export function find(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return /** @type {T} */ (found);
}

/**
 * Makes an element with a class and a text or children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [className]
 * @param {...(Node | string | null | undefined)} content Nothing is made of what is empty.
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, className = "", ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const part of content) if (part) made.append(part);
  return made;
}

/**
 * Makes a button that does something.
 * @param {string} className
 * @param {string} label For those who point at it or cannot see it; empty where its content says it.
 * @param {(event: any) => void} act
 * @param {...(Node | string | null | undefined)} content
 */
export function button(className, label, act, ...content) {
  const made = element("button", className, ...content);
  made.type = "button";
  if (label) {
    made.title = label;
    made.setAttribute("aria-label", label);
  }
  made.addEventListener("click", act);
  return made;
}

/**
 * Draws lines; they are named for those who cannot see them when `label` is given.
 * @param {string} viewBox
 * @param {string} className
 * @param {string[]} paths
 * @param {string} [label]
 */
export function drawing(viewBox, className, paths, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", viewBox);
  if (className) svg.setAttribute("class", className);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** @type {Record<string, string[]>} */
const ICONS = {
  close: ["M6 6l12 12M18 6L6 18"],
  more: ["M5.500 12h.01M12 12h.01M18.500 12h.01"],
  file: [
    "M13.500 3.500H7.500a1.500 1.500 0 0 0-1.500 1.500v14a1.500 1.500 0 0 0 1.500 1.500h9a1.500 1.500 0 0 0 1.500-1.500V8zM13.500 3.500V8H18",
  ],
  pin: [
    "M12 21s6.500-6.200 6.500-11a6.500 6.500 0 0 0-13 0c0 4.800 6.500 11 6.500 11zM12 12.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400z",
  ],
  person: [
    "M12 12a3.800 3.800 0 1 0 0-7.600 3.800 3.800 0 0 0 0 7.600zM5 20c.6-3.600 3.400-5.500 7-5.500s6.400 1.900 7 5.500",
  ],
};

/** @param {string} name */
export const icon = (name) => drawing("0 0 24 24", "", ICONS[name] ?? []);

/**
 * Shows a menu until something in it is chosen, or anything else is touched.
 * @param {HTMLElement} menu
 * @param {HTMLElement | null} opener
 */
export function openMenu(menu, opener) {
  if (!menu.hidden) return;
  menu.hidden = false;
  opener?.setAttribute("aria-expanded", "true");
  menu.querySelector("button")?.focus({ preventScroll: true });
  const leaving = new AbortController();
  const leave = () => {
    menu.hidden = true;
    opener?.setAttribute("aria-expanded", "false");
    leaving.abort();
  };
  const options = { signal: leaving.signal };
  menu.addEventListener("click", leave, options);
  document.addEventListener(
    "pointerdown",
    (event) => {
      if (!menu.contains(/** @type {Node} */ (event.target))) leave();
    },
    options,
  );
  menu.addEventListener(
    "keydown",
    (event) => {
      const buttons = [...menu.querySelectorAll("button")];
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      if (event.key === "Escape") {
        leave();
        opener?.focus();
      } else if (step) {
        event.preventDefault();
        buttons.at((buttons.indexOf(/** @type {any} */ (document.activeElement)) + step) % buttons.length)?.focus();
      }
    },
    options,
  );
}
