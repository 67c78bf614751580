// Accessibility checks of our own; each returns what is wrong, in words.

const seen = (selector) => [...document.querySelectorAll(selector)].filter((el) => el.getClientRects().length);

const rgba = (text) => {
  const numbers = text.match(/[\d.]+/g).map(Number);
  return numbers.length < 4 ? [...numbers, 1] : numbers;
};
const over = (top, below) => top.slice(0, 3).map((channel, i) => channel * top[3] + below[i] * (1 - top[3]));

const luminance = (rgb) => {
  const [r, g, b] = rgb.map((channel) => channel / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const paperOf = (element) => {
  const layers = [];
  for (let one = element; one; one = one.parentElement) {
    layers.push(rgba(getComputedStyle(one).backgroundColor));
  }
  return layers.reverse().reduce((paper, layer) => over(layer, paper), [255, 255, 255]);
};

const contrast = (element) => {
  const paper = paperOf(element);
  const ink = over(rgba(getComputedStyle(element).color), paper);
  const [high, low] = [luminance(ink), luminance(paper)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
};

const needed = (element) => {
  const style = getComputedStyle(element);
  const size = parseFloat(style.fontSize);
  return size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
};

const ownText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());

// WCAG 1.4.3: text stands out from what is behind it.
const pale = () => seen("body *")
  .filter((el) => ownText(el) && !el.closest("svg, script, .sr, .skip") && contrast(el) < needed(el))
  .map((el) => `${contrast(el).toFixed(2)} ${el.tagName}.${el.className}: ${el.textContent.trim().slice(0, 40)}`);

// WCAG 4.1.2: whatever can be used, and every picture, has a name.
const nameless = () => seen("a, button, input:not([type=hidden]), select, textarea, [role=img], [role=region]")
  .filter((el) => !(el.getAttribute("aria-label") || el.textContent.trim() || (el.labels && el.labels.length)))
  .map((el) => `no name: ${el.outerHTML.slice(0, 80)}`);

// WCAG 2.5.8: what is pressed is large enough.
const small = () => seen("nav a, button, input:not([type=hidden]), select, summary")
  .filter((el) => el.getBoundingClientRect().height < 24)
  .map((el) => `too small: ${el.outerHTML.slice(0, 80)}`);
