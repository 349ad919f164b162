// Page. The buttons that restart, pause, continue and stop the render. Stopping takes the render target away from Octane, so it is remembered
// and given back when the render is to go on.

import { call } from './calls.js';
import { byId } from './dom.js';
import { toast } from './toast.js';

const kEngine = '/ApiRenderEngine';

export class Rendering {
  constructor() {
    this.stoppedTarget = null;
    this.bind('restart', 'The render could not be restarted', () => this.resume('restartRendering'));
    this.bind('pause', 'The render could not be paused', () => call(`${kEngine}/pauseRendering`));
    this.bind('continue', 'The render could not be continued', () => this.resume('continueRendering'));
    this.bind('stop', 'The render could not be stopped', () => this.stop());
  }

  // Handles do not outlive Octane's session.
  setSession() {
    this.stoppedTarget = null;
  }

  bind(id, failure, action) {
    byId(id).addEventListener('click', async () => {
      try {
        await action();
      } catch (error) {
        toast(`${failure}: ${error.message}`);
      }
    });
  }

  async stop() {
    const { result } = await call(`${kEngine}/getRenderTargetNode`);
    if (result?.handle) this.stoppedTarget = result;
    await call(`${kEngine}/stopRendering`);
  }

  async resume(method) {
    if (this.stoppedTarget) {
      await call(`${kEngine}/setRenderTargetNode`, { targetNode: this.stoppedTarget });
      this.stoppedTarget = null;
    }
    await call(`${kEngine}/${method}`);
  }
}
