// Test support. Chromium without a window, and what tests ask the page.

import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { chromium } from 'playwright-core';

import { projectDir } from './program.mjs';
import { patience } from './wait.mjs';

export const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

// `more`: further arguments, such as --host-resolver-rules.
export const launch = (more = []) => chromium.launch({ executablePath, args: [...args, ...more] });

// A page of its own whose console errors and failures are collected in `page.complaints`, and answers from 400 on, as
// "404 /path", in `page.refusals`.
export async function openPage(browser, url, viewport = { width: 1280, height: 800 }) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  page.complaints = [];
  page.refusals = [];
  page.on('response', (response) => {
    if (response.status() >= 400) page.refusals.push(`${response.status()} ${new URL(response.url()).pathname}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') page.complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin) && !/^(data|blob):/.test(request.url())) page.complaints.push(`asks ${request.url()}`);
  });
  await page.goto(url);
  page.stop = () => context.close();
  return page;
}

export const waitForState = (page, state, timeout = patience) =>
  page.waitForFunction((wanted) => document.body.dataset.state === wanted, state, { timeout });

// Until the picture on screen is that frame, or a later one.
export const waitForSeq = (page, seq, timeout = patience) =>
  page.waitForFunction((wanted) => Number(document.querySelector('#picture').dataset.seq) >= wanted, seq, { timeout });

// The picture's own pixels as they are in the canvas: {width, height, seq, rgb}.
export async function picture(page) {
  const { width, height, seq, base64 } = await page.evaluate(() => {
    const source = document.querySelector('#picture');
    const copy = new OffscreenCanvas(source.width, source.height);
    const context = copy.getContext('2d');
    context.drawImage(source, 0, 0);
    const { data } = context.getImageData(0, 0, source.width, source.height);
    let text = '';
    for (let i = 0; i < data.length; i += 4) text += String.fromCharCode(data[i], data[i + 1], data[i + 2]);
    return { width: source.width, height: source.height, seq: Number(source.dataset.seq), base64: btoa(text) };
  });
  return { width, height, seq, rgb: Buffer.from(base64, 'base64') };
}

// For people to look at.
export async function screenshot(page, name) {
  const directory = path.join(projectDir, 'build/screenshots');
  mkdirSync(directory, { recursive: true });
  await page.screenshot({ path: path.join(directory, `${name}.png`) });
}
