/** The chart as `GET /api/v1/patients/{id}/chart` gives it, and what its modules share. */
type Layer = "condition" | "planned" | "done" | "existing" | "referred";

interface ToothData {
  number: number;
  name: string;
  kind: "incisor" | "canine" | "premolar" | "molar";
  arch: "upper" | "lower";
  surfaces: string[];
  roots: string[];
  canals: string[];
  presence: "present" | "missing" | "unerupted" | "impacted" | "retained_root" | "implant" | "erupting";
  expected: "" | "unerupted" | "erupting" | "shed";
  label: string;
}

interface MarkData {
  layer: Layer;
  what: string;
  source: string;
  tooth: number | null;
  surfaces: string[];
  roots: string[];
  role: "treated" | "abutment" | "pontic" | "replaced" | "clasp" | "bracket" | "band" | "bonded";
  severity: string;
  state: string;
  direction: string;
  amount: number | null;
  site: string;
}

interface EntryData {
  id: string;
  type: "finding" | "procedure" | "diagnosis";
  layer: Layer | "cancelled";
  teeth: number[];
  part: string;
  title: string;
  about: string;
  state: string;
  state_label: string;
  meta: string;
  note: string;
  is_current: boolean;
  diagnoses: string[];
  service: string;
  diagnosis_hint: string;
}

/** A root canal as it was measured, prepared and filled. */
interface CanalData {
  id: string; tooth: number; canal: string; length_mm: string; reference: string; file_size: number | null; taper: number | null;
  method: string; material: string; quality: string; note: string; procedure: string | null; told: string;
}

interface CariesIndex { decayed: number; missing: number; filled: number; total: number }

interface ChartData {
  at: string;
  dentition: "permanent" | "mixed" | "primary";
  first_at: string | null;
  days: string[];
  teeth: ToothData[];
  marks: MarkData[];
  entries: EntryData[];
  dmft: CariesIndex;
  dmft_primary: CariesIndex;
  signs: Record<string, Look>;
  canals: CanalData[];
}

/** How the clinic draws something otherwise than it is shipped. */
interface Look { colour?: string; hatch?: string; symbol?: string }

interface PaletteEntry {
  key: string;
  type: "finding" | "service" | "combination";
  title: string;
  code: string;
  typed: string;
  diagnosis: string;
  kind: string;
  severity: string;
  direction: string;
  site: string;
  amount: { unit: string; least: number; most: number; is_needed: boolean } | null;
  is_dated: boolean;
  service: string;
  combination: string;
  scope: "mouth" | "mucosa" | "arch" | "tooth" | "surfaces" | "root" | "span";
  effect: string;
  roles: Record<string, string>;
  group: string;
}

interface PaletteData { entries: PaletteEntry[]; favourites: Record<string, string> }

interface Place { tooth: number; surfaces: string[]; roots: string[]; role: string }

/** Teeth as the reader writes and types them. */
interface NotationData { codes: Record<string, string>; typed: Record<string, number> }

/** What the page's template tells the modules. */
interface ChartSetup {
  patient: string;
  mayWrite: boolean;
  mayDiagnose: boolean;
  codesLanguage: string;
  mayComplete: boolean;
  plansUrl: string;
  words: Record<string, string>;
  canals: Record<"method" | "quality", [string, string][]>;
  notation: NotationData;
  mucosa: { numbers: Record<string, string>; sites: Record<string, string>; lesions: Record<string, string> };
}

/** The chart that early.js asked for; whoever loads the chart first takes it. */
declare var askedEarly: Promise<Response> | undefined;
