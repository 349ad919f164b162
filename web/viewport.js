// Page. The canvas: as many pixels as the frame has, drawn one to one; only CSS scales it. Fit fills the viewport, 100 % shows one picture pixel
// on one screen pixel. canvas.dataset.seq is the number of the frame on the screen.

export class Viewport {
  // onZoom(scale in screen pixels per picture pixel, isFit, hasPicture)
  constructor(scroller, canvas, onZoom) {
    this.scroller = scroller;
    this.canvas = canvas;
    this.onZoom = onZoom;
    this.context = canvas.getContext('2d');
    this.isFit = true;
    this.hasPicture = false;
    new ResizeObserver(() => this.layout()).observe(scroller);
  }

  show(picture, seq) {
    const { width, height } = picture;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.layout();
    }
    if (picture instanceof ImageData) {
      this.context.putImageData(picture, 0, 0);
    } else {
      this.context.imageSmoothingEnabled = false;
      this.context.globalCompositeOperation = 'copy';  // replaces, also where the new picture is transparent
      this.context.drawImage(picture, 0, 0);
      picture.close();
    }
    this.canvas.dataset.seq = String(seq);
    if (!this.hasPicture) {
      this.hasPicture = true;
      document.body.classList.add('has-picture');
      this.layout();
    }
  }

  setFit(isFit) {
    this.isFit = isFit;
    this.layout();
    if (isFit) return;
    this.scroller.scrollLeft = (this.scroller.scrollWidth - this.scroller.clientWidth) / 2;
    this.scroller.scrollTop = (this.scroller.scrollHeight - this.scroller.clientHeight) / 2;
  }

  scrollBy(dx, dy) {
    this.scroller.scrollBy(dx, dy);
  }

  // CSS pixels of the picture on the page.
  get shownWidth() {
    return this.canvas.getBoundingClientRect().width;
  }

  layout() {
    const { width, height } = this.canvas;
    const ratio = window.devicePixelRatio || 1;
    const room = this.scroller.parentElement.getBoundingClientRect();
    const scale = this.isFit ? Math.min(room.width / width, room.height / height) : 1 / ratio;
    this.scroller.classList.toggle('fit', this.isFit);
    this.canvas.classList.toggle('magnified', scale * ratio >= 2);
    this.canvas.style.width = `${width * scale}px`;
    this.canvas.style.height = `${height * scale}px`;
    this.onZoom(scale * ratio, this.isFit, this.hasPicture);
  }
}
