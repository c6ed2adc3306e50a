// Asks for the chart while its page is still being read, before the modules that draw it are there: a plain script, so that it need not wait.
{
  const page = document.currentScript?.parentElement;
  globalThis.askedEarly = fetch(`/api/v1/patients/${page?.dataset.patient}/chart`, { signal: AbortSignal.timeout(15000) });
  globalThis.askedEarly.catch(() => {}); // whoever takes the answer says what is wrong
}
