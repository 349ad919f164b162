// Page. The picture as a PNG file. A page that shows JPEG asks the proxy for the newest frame without loss; if none comes in time, the canvas
// itself is saved.

import { format, streamUrl } from './address.js';
import { fromBase64 } from './pixels.js';

const kWaitMs = 3000;

export async function savePicture(canvas) {
  const lossless = format === 'png' || format === 'raw' ? null : await newestPng();
  const blob = lossless ?? (await new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); }));
  if (!blob) throw new Error('The browser could not write the picture.');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `octane-${new Date().toISOString().slice(0, 19).replace(/[:T]/g, '-')}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Blob or null.
function newestPng() {
  return new Promise((resolve) => {
    const source = new EventSource(streamUrl('png'));
    const finish = (blob) => {
      clearTimeout(timer);
      source.close();
      resolve(blob);
    };
    const timer = setTimeout(finish, kWaitMs, null);
    source.onerror = () => finish(null);
    source.onmessage = (message) => {
      const event = JSON.parse(message.data);
      if (event.type === 'newImage' && event.imageData) finish(new Blob([fromBase64(event.imageData)], { type: 'image/png' }));
    };
  });
}
