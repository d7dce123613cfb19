// Pages of a PDF as pictures: it is drawn here, for a browser's own viewer is a program that the policy for content keeps out.
import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from 'pdfjs-dist';
import worker from 'pdfjs-dist/build/pdf.worker.min.mjs?url';

GlobalWorkerOptions.workerSrc = worker;

export interface PdfPage {
  /** What it says, for who does not see it. */
  text: string;
  /** Draws it so wide, in CSS pixels. */
  draw: (canvas: HTMLCanvasElement, width: number) => Promise<void>;
}

/** How many pages are shown. */
const PAGES = 20;

export async function pagesOf(data: ArrayBuffer): Promise<PdfPage[]> {
  // Outlines instead of fonts that a page would have to load from data.
  const file = await getDocument({ data, disableFontFace: true }).promise;
  return Promise.all(Array.from({ length: Math.min(file.numPages, PAGES) }, (_, at) => pageOf(file, at + 1)));
}

async function pageOf(file: PDFDocumentProxy, number: number): Promise<PdfPage> {
  const page = await file.getPage(number);
  const content = await page.getTextContent();
  const text = content.items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
  const draw = async (canvas: HTMLCanvasElement, width: number) => {
    const sharpness = window.devicePixelRatio || 1;
    const viewport = page.getViewport({ scale: (width * sharpness) / page.getViewport({ scale: 1 }).width });
    canvas.width = Math.floor(viewport.width);
    canvas.height = Math.floor(viewport.height);
    await page.render({ canvas, viewport }).promise;
  };
  return { text, draw };
}
