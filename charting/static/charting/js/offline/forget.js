// On the pages of the entrance nobody acts: the device lets go of the key of whoever acted before, and of copies of records.
import { forget } from "./vault.js";

if (window.isSecureContext) forget().catch(() => {}); // a browser that keeps no databases has nothing to forget
