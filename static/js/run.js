// Follows a run or a sweep: asks soon at first, then ever more calmly, never in a hidden tab,
// and stops at the end. Without script the page reloads itself or the reader does.
const place = document.querySelector("#run[data-fragment]");
if (place && place.dataset.finished === "no") follow(place);

function follow(place) {
  const isSweep = "sweep" in place.dataset;
  const live = document.getElementById("live");
  const started = Date.now();
  let spoken = live.textContent.trim();
  let failures = 0;

  const pause = () => {
    const age = (Date.now() - started) / 1000;
    const calm = age < 5 ? 0.4 : age < 30 ? 1 : age < 120 ? 3 : 10;
    return calm * 1000 * 2 ** Math.min(failures, 4);
  };

  const say = (words) => {
    if (words === spoken) return;
    spoken = words;
    live.textContent = words;
  };

  const ask = async () => {
    if (document.hidden) return wait();
    try {
      const answer = await fetch(place.dataset.fragment, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.status);
      const part = new DOMParser().parseFromString(await answer.text(), "text/html");
      failures = 0;
      if ((isSweep ? sweep(part) : run(part)) === "yes") return await finish();
    } catch {
      failures += 1;
    }
    return wait();
  };

  const run = (part) => {
    const state = part.querySelector("#run-state");
    const words = state.querySelector(".state-words");
    say(words.textContent.replace(/\s+/g, " ").trim());
    place.querySelector(".state-words")?.replaceWith(words);
    const bar = place.querySelector("progress");
    if (bar) bar.value = Number(state.dataset.progress);
    return state.dataset.finished;
  };

  const sweep = (part) => {
    const body = part.querySelector("#sweep-body");
    place.replaceChildren(body);
    document.dispatchEvent(new Event("content-added"));
    say(body.querySelector("[data-words]").textContent);
    return body.dataset.finished;
  };

  // The whole page as the server shows it now, put in place without moving the focus.
  const finish = async () => {
    const answer = await fetch(location.pathname + location.search);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = document.querySelector("main");
    page.getElementById("live")?.replaceWith(live);
    main.replaceChildren(...page.querySelector("main").childNodes);
    document.title = page.title;
    document.dispatchEvent(new Event("content-added"));
    const ended = main.querySelector(".run-state .state-words, [data-words]");
    const words = ended ? ended.textContent : `Finished. ${main.querySelector("h1").textContent}`;
    live.textContent = "";
    setTimeout(() => say(words.replace(/\s+/g, " ").trim()), 100);
  };

  const wait = () => setTimeout(ask, pause());
  document.addEventListener("visibilitychange", () => { failures = 0; });
  wait();
}
