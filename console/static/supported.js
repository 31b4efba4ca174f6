// Says, before anything is drawn, that scripts run here: both libraries ask for these classes on <body>.
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
}
