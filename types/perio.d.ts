// What the API of periodontal exams gives, and what the exam's page hands to its scripts.

type PerioToothData = {
  tooth: number;
  is_implant: boolean;
  depth: Record<string, number | null>;
  margin: Record<string, number | null>;
  bleeding: string[];
  suppuration: string[];
  plaque: string[];
  calculus: string[];
  mobility: number | null;
  furcation: Record<string, number | null>;
  gingiva: Record<string, number | null>;
  prognosis: string;
};

type PerioExamData = {
  id: string;
  version: number;
  state: "draft" | "closed" | "in_error";
  absent: number[];
  implants: number[];
  primary: number[];
  teeth: PerioToothData[];
  figures: { bleeding: string | null; plaque: string | null; mean_depth: string | null; mean_loss: string | null; by_depth: number[]; sites: number };
  proposal: { stage: string; grade: string; extent: string; reasons: { code: string; text: string }[] };
};

type PerioSetup = {
  notation: NotationData;
  exam: string;
  before: string;
  mayWrite: boolean;
  script: { path: string; measures: string; runs: string[] } | null;
  words: Record<string, string>;
};
