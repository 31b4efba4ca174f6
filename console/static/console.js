// Starts the components of both libraries. Every page works without this file.
import { initAll as govuk } from "/assets/govuk-frontend.js";
import { initAll as moj } from "/assets/moj-frontend.js";

govuk();
moj();
