// Page. The picture as a PNG file. A page that shows JPEG asks the proxy for the newest frame without loss; if none comes in time, the canvas
// itself is saved.

import { authorization, format, pngUrl } from './address.js';

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
async function newestPng() {
  try {
    const answer = await fetch(pngUrl(), { headers: authorization, signal: AbortSignal.timeout(kWaitMs) });
    return answer.ok ? await answer.blob() : null;
  } catch {
    return null;
  }
}
