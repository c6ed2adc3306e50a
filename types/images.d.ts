// What the viewer of pictures is handed by its page and by the API.

type ImagePlace = [column: number, row: number];

interface ImageLine {
  id: string;
  frame: number;
  start: ImagePlace;
  end: ImagePlace;
  label: string;
  length_mm: number | null;
  basis: string;
  drawn_by: string;
  drawn_at: string;
}

interface ImageScale { row_mm: number; column_mm: number; basis: "patient" | "detector" }

interface ImageDisplay {
  version: number;
  low: number | null;
  high: number | null;
  is_negative: boolean;
  quarter_turns: number;
  is_mirrored: boolean;
}

interface ImageSetup {
  id: string;
  name: string;
  url: string;
  isDicom: boolean;
  frames: number;
  middle: number;
  scale: ImageScale | null;
  display: ImageDisplay | null;
  lines: ImageLine[];
}

/** The points of one frame: greys of 16 bits, or colours of 8 bits with alpha. */
interface ImagePoints {
  columns: number;
  rows: number;
  greys: Uint16Array | null;
  colours: Uint8ClampedArray | null;
  slope: number;
  intercept: number;
  low: number;
  high: number;
  isNegative: boolean;
  /** Points of the file for each point here; more than one when a photograph was made smaller. */
  factor: number;
}

interface ImageOut {
  id: string;
  kind: string;
  title: string;
  teeth: number[];
  taken_at: string;
  has_preview: boolean;
}
