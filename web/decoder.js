// Page. Frames to pictures, one at a time and off the event handler: while one is being decoded only the newest of those that come is kept.

import { fromBase64, toImageData } from './pixels.js';

// No colour conversion and no premultiplication: the canvas must hold the file's own values.
const kExact = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' };

export class Decoder {
  // onPicture(picture, event): ImageBitmap (to be closed by the receiver) or ImageData. onError(Error).
  constructor(onPicture, onError) {
    this.onPicture = onPicture;
    this.onError = onError;
    this.waiting = null;
    this.isBusy = false;
    this.skipped = 0;
  }

  push(event) {
    if (this.waiting) this.skipped += 1;
    this.waiting = event;
    if (!this.isBusy) this.run();
  }

  async run() {
    this.isBusy = true;
    while (this.waiting) {
      const event = this.waiting;
      this.waiting = null;
      try {
        this.onPicture(await decode(event), event);
      } catch (error) {
        this.onError(error);
      }
    }
    this.isBusy = false;
  }
}

async function decode(event) {
  const image = event.render_images?.data?.[0];
  const file = event.imageData ? fromBase64(event.imageData) : !image && event.payload;
  if (file) return createImageBitmap(new Blob([file], { type: event.mime ?? 'image/jpeg' }), kExact);
  if (!image) throw new Error('The frame has no picture.');
  return toImageData(image, event.payload);
}
