// What comes in while a page waits: each wait is for a condition, never for time.

export class Inbox {
  constructor() {
    this.waiting = [];
    this.last = undefined;
    this.count = 0;
  }

  put(thing) {
    this.last = thing;
    this.count += 1;
    this.waiting = this.waiting.filter(({ fits, resolve }) => {
      if (!fits(thing)) return true;
      resolve(thing);
      return false;
    });
  }

  // The next thing that fits.
  next(fits = () => true) {
    return new Promise((resolve) => this.waiting.push({ fits, resolve }));
  }
}

// Draws RGBA rows of `pitch` pixels.
export function draw(canvas, { width, height, pitch, bytes }) {
  canvas.width = width;
  canvas.height = height;
  const image = canvas.getContext('2d').createImageData(width, height);
  for (let y = 0; y < height; y++) image.data.set(bytes.subarray(y * pitch * 4, (y * pitch + width) * 4), y * width * 4);
  canvas.getContext('2d').putImageData(image, 0, 0);
}

export const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
export const base64Of = (bytes) => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};
