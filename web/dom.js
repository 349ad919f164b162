// Page. Small helpers around the document; nothing here knows of Octane.

export const byId = (id) => document.getElementById(id);

// Changes an element's text only if it differs, so that steady figures cost no layout.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function make(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

export const isTyping = (target) => target instanceof Element && target.closest('input, textarea, select, dialog') !== null;

// The clipboard interface exists on https and localhost only; pages opened over a LAN address get the older command.
export async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused by the browser: the older command may still be allowed.
    }
  }
  const field = make('textarea', { 'aria-hidden': 'true', class: 'unseen' });
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  return isCopied;
}

// Copies and says so on the button for a moment.
export function copyButton(button, textOf) {
  let timer = 0;
  const label = button.textContent;
  button.addEventListener('click', async () => {
    const isCopied = await copyText(textOf());
    button.textContent = isCopied ? 'Copied' : 'Not allowed';
    clearTimeout(timer);
    timer = setTimeout(() => { button.textContent = label; }, 1500);
  });
}

// Up and down move the focus between the buttons of a list, a key of `exits` to another list's chosen or first button, or to a field.
export function arrowKeys(list, exits = {}) {
  list.addEventListener('keydown', (event) => {
    const exit = exits[event.key];
    if (exit) {
      event.preventDefault();
      (exit.querySelector('[aria-pressed=true]') ?? exit.querySelector('button') ?? exit).focus();
      return;
    }
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const isEdge = event.key === 'Home' || event.key === 'End';
    if (!(event.key in steps) && !isEdge) return;
    const buttons = [...list.querySelectorAll('button')];
    if (buttons.length === 0) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    const last = buttons.length - 1;
    const next = isEdge ? (event.key === 'Home' ? 0 : last) : Math.min(last, Math.max(0, at + steps[event.key]));
    buttons[next].focus();
  });
}
