"use strict";
// What is shown now, and what the page says about it. All text from the release becomes text nodes, never markup.

const content = JSON.parse(document.getElementById("content").textContent);
const shown = {
  chosen: chosenFrom(),
  measureName: "score",
  picture: undefined, // the figures of the choice
  search: undefined, // its zoekgebieden
};

function optionsOf(choice, chosen) { // of this choice those that there is something of, given the choices before it
  const before = content.choices.slice(0, content.choices.indexOf(choice));
  const fits = (one) => before.every(({name}) => one[name] === chosen[name]);
  const there = new Set([...content.pictures, ...content.searches].filter(fits).map((one) => one[choice.name]));
  return choice.options.filter((option) => there.has(option));
}

function chosenFrom(wanted = {}) { // what a reader chose where it is there, else the first: never a choice without a map
  const chosen = {};
  for (const choice of content.choices) {
    const options = optionsOf(choice, chosen);
    chosen[choice.name] = options.includes(wanted[choice.name]) ? wanted[choice.name] : options[0];
  }
  return chosen;
}

const language = document.documentElement.lang;
const written = new Intl.NumberFormat(language, {maximumFractionDigits: 6});
const twoDecimals = new Intl.NumberFormat(language, {maximumFractionDigits: 2});
const threeFigures = new Intl.NumberFormat(language, {maximumSignificantDigits: 3});
const wholeNumbers = new Intl.NumberFormat(language, {maximumFractionDigits: 0});
const atLeast = (bound) => twoDecimals.format(Math.floor(bound * 10 + 1e-9) / 10); // rounded down, as in the words beside it
const oneDecimal = new Intl.NumberFormat(language, {minimumFractionDigits: 1, maximumFractionDigits: 1});

// A message in the language of the page: its English template stands in the code to the letter, so that it is found there.
const filled = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const say = (template, values = {}) => filled(content.texts[template] ?? template, values);

function plural(one, many, values) { // `values.count` chooses
  const forms = content.texts[one] ?? [one, many];
  return filled(forms[values.count === 1 ? 0 : 1], {...values, count: written.format(values.count)});
}

const NONE = {title: say("None"), name: ""};
const LEVELS = {
  gemeente: [say("gemeente"), say("gemeenten")],
  wijk: [say("wijk"), say("wijken")],
  buurt: [say("buurt"), say("buurten")],
};
const HEXAGONS = [say("hexagon"), say("hexagons")];

const column = (number) => content.columns[number];
const level = () => content.levels[shown.chosen.niveau];
const measures = () => [NONE, ...(shown.picture?.measures ?? [])];
const measure = () => measures().find((one) => one.name === shown.measureName) ?? NONE;
const found = () => shown.search?.zones ?? [];
const withoutVisited = () => byId("visited").checked;
const zoekgebieden = () => found().filter((zone) => !zone.visited || !withoutVisited());
const marksOf = (name) => (shown.picture && content[name][shown.chosen.niveau]) || [];
const markedAreas = (name) => (name === "second" ? shown.picture?.second ?? []
  : [...new Set(marksOf(name).map(({area}) => area))]); // an area may be named more than once
const whyMarked = (name, at) => marksOf(name).filter(({area}) => area === at).map(({why}) => why).join(" ");
const VISITED = say("many visitors, few inhabitants");

const byId = (id) => document.getElementById(id);
const areasNamed = (count) => (LEVELS[shown.chosen.niveau] ?? HEXAGONS)[count === 1 ? 0 : 1];
const counted = (count) => `${written.format(count)} ${areasNamed(count)}`;
const withUnit = (value, unit) => (unit ? `${written.format(value)} ${unit}` : written.format(value));
const labelOf = (labelled, area) => labelled?.labels[labelled.index[area]] ?? "";

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function button(press, ...children) {
  const element = make("button", {type: "button"}, ...children);
  element.onclick = () => press(element);
  return element;
}

function asMarkup(text) { // for the few places where Leaflet wants markup
  return make("span", {}, text).innerHTML.replaceAll('"', "&quot;");
}

function deviation(value, {average}) {
  const size = oneDecimal.format(Math.abs(value));
  if (size === oneDecimal.format(0)) return say("as {average}", {average});
  const values = {size, average, count: size === oneDecimal.format(1) ? 1 : 2};
  return value > 0
    ? plural("{size} standard deviation more striking than {average}", "{size} standard deviations more striking than {average}", values)
    : plural("{size} standard deviation less striking than {average}", "{size} standard deviations less striking than {average}", values);
}

function chance(q) {
  if (q === null) return say("unknown");
  return q < 0.001 ? say("less than {limit}", {limit: written.format(0.001)}) : written.format(Number(q.toPrecision(2)));
}

function whyMissing(one, area) {
  const reason = labelOf(column(one.reasons), area);
  return reason ? `${one.legend.missing[1]}: ${reason}` : one.legend.missing[1];
}

const rankMark = (zone) => make("span", {class: "rank-mark"}, String(zone.rank));
const zoneLine = (zone) => make("span", {}, `${zone.rank}. ${zone.title}`);

function areaLine(area) {
  const {legend} = measure();
  const value = column(measure().values)?.[area];
  const known = value === undefined ? legend.labels[column(measure().classes)[area]] : value === null ? null : written.format(value); // by its class where figures come later
  const text = known ?? legend.missing[1];
  return make("span", {}, make("strong", {}, level().names[area]), ` ${text}`);
}

function zonePopup(zone, openArea) {
  return make("article", {class: "popup", tabindex: "-1", "aria-label": say("Zoekgebied {rank}", zone)},
    make("h3", {}, rankMark(zone), zone.title),
    make("p", {class: "place"}, `${zone.gemeenten} · ${counted(zone.count)}`),
    make("p", {}, zone.why),
    ...part(say("Since the period before"), zone.development),
    ...part(say("How certain"), zone.certainty),
    ...part(say("Limitations"), zone.limits),
    ...part(say("What to consider doing first"), zone.suggestion && say("A suggestion, not a finding. {text}", {text: zone.suggestion})),
    make("details", {}, make("summary", {}, say("Figures behind it")),
      strengthTable(zone),
      contributionTable(zone),
      make("p", {class: "small"}, say("Expected share of false alarms (q): {q}", {q: chance(zone.q)}))),
    areaList(zone, openArea));
}

const part = (title, text) => (text ? [make("h4", {}, title), make("p", {}, text)] : []);

function strengthTable(zone) {
  const rows = [
    [say("Strength, at least (1 is ordinary)"), zone.strength, atLeast],
    [say("Core areas"), zone.core],
    [say("More than expected"), zone.surplus],
    [say("More than expected, per km²"), zone.density],
    [`${say("More than expected, in proportion")}${zone.unit && ` (${zone.unit})`}`, zone.proportion],
  ].filter(([, value]) => value !== null);
  if (!rows.length) return "";
  return make("table", {class: "reasons"}, make("caption", {}, say("How strong it is")), ...rows.map(([head, value, format = twoDecimals.format]) =>
    make("tr", {}, make("th", {scope: "row"}, head), make("td", {}, format(value)))));
}

function contributionTable(zone) {
  const most = Math.max(...zone.contributions.map(Math.abs), 0.01);
  const rows = zone.contributions.map((value, place) => {
    if (value === null) return "";
    const bar = make("span", {class: value < 0 ? "bar below" : "bar"});
    bar.style.width = `${(100 * Math.abs(value)) / most}%`;
    const head = make("th", {scope: "row"}, shown.search.reasons[place], make("span", {class: "track"}, bar));
    return make("tr", {}, head, make("td", {}, twoDecimals.format(value)));
  });
  const total = make("td", {}, twoDecimals.format(zone.score));
  return make("table", {class: "reasons"}, make("caption", {}, say("What adds to the score")), ...rows,
    make("tr", {class: "total"}, make("th", {scope: "row"}, say("Score")), total));
}

function areaList(zone, openArea) {
  const areas = shown.picture ? zone.codes.map((code) => level().codes.indexOf(code)).filter((area) => area >= 0) : [];
  if (!areas.length) return "";
  const title = areas.length === 1
    ? say("Figures of this {area}", {area: areasNamed(1)})
    : say("Figures of these {areas}", {areas: counted(areas.length)});
  const items = areas.map((area) => make("li", {}, button(() => openArea(area), level().names[area])));
  return make("details", {}, make("summary", {}, title), make("ul", {class: "areas"}, ...items));
}

function areaPopup(area) {
  const [score, ...indicators] = shown.picture.measures;
  const value = column(score.values)[area];
  const text = value === null ? whyMissing(score, area) : say("{score}; 0 is as {average}", {score: twoDecimals.format(value), average: score.average});
  const rows = indicators.filter((one) => !one.of).map((one) => {
    return indicatorRow(one, indicators.find((other) => other.of === one.name), area);
  });
  return make("article", {class: "popup", tabindex: "-1"},
    make("h3", {}, level().names[area]),
    make("p", {class: "place"}, shown.chosen.niveau === "gemeente" ? areasNamed(1)
      : say("{area} in {gemeente}", {area: areasNamed(1), gemeente: labelOf(level().gemeenten, area)})),
    make("p", {}, make("strong", {}, `${say("Score")} `), text, placeText(area)),
    ...onMap(area),
    ...part(say("Several themes at once"), whyMarked("stacked", area)),
    ...part(say("One theme among another"), whyMarked("amid", area)),
    make("table", {class: "reasons"}, make("caption", {}, say("Figures of {period}", {period: shown.chosen.periode})), ...rows));
}

function placeText(area) { // among all areas, and among those that are alike; a release of before it was there has no places
  const [all, alike] = (shown.picture.places ?? []).map(({at, of}) => ({at: column(at)[area], of: column(of)[area]}));
  if (!all || all.at === null) return "";
  const [at, of] = [all, alike].map((one) => one.at !== null && {at: wholeNumbers.format(one.at), of: wholeNumbers.format(one.of)});
  const among = of ? `; ${say("place {at} of {of} among areas that are alike", of)}` : "";
  return ` (${say("place {at} of {of}", at)}${among})`;
}

function onMap(area) { // why it is on the map, or why it is not
  const reason = shown.picture.unsearched;
  if (reason) return [make("p", {}, say("Not searched: {reason}.", {reason}))];
  const why = labelOf(column(shown.picture.why), area);
  const role = labelOf(column(shown.picture.role), area);
  const text = [why, role].filter(Boolean).join("; ");
  return text ? [make("p", {}, make("strong", {}, `${say("On the map")} `), text)] : [];
}

function indicatorRow(indicator, deviates, area) {
  const value = column(indicator.values)[area];
  const from = column(deviates.values)[area];
  const cells = [value === null ? whyMissing(indicator, area) : withUnit(value, indicator.unit)];
  const [low, high] = (indicator.between ?? []).map((bound) => column(bound)[area] ?? null);
  if (typeof low === "number") cells.push(make("span", {class: "small"}, say("with 95 % certainty between {low} and {high}", {low: threeFigures.format(low), high: threeFigures.format(high)})));
  const beside = labelOf(column(indicator.beside), area); // not in releases of before it was there
  if (beside) cells.push(make("span", {class: "small"}, beside));
  else if (from !== null) cells.push(make("span", {class: "small"}, deviation(from, deviates)));
  return make("tr", {}, make("th", {scope: "row", title: indicator.why}, indicator.title), make("td", {}, ...cells));
}

function drawLegend(withZones, marked) {
  const body = make("div");
  if (measure() !== NONE) {
    const {unit, colours, labels, missing} = measure().legend;
    const rows = [...colours.map((colour, place) => [colour, labels[place]]).reverse(), missing];
    body.append(make("p", {}, unit), make("ul", {}, ...rows.map(([colour, label]) => {
      const swatch = make("span", {class: "swatch"});
      swatch.style.background = colour;
      return make("li", {}, swatch, make("span", {}, label));
    })));
  }
  if (withZones) body.append(make("p", {class: "key"}, make("span", {class: "swatch zone-key"}, "1"), say("zoekgebied with its rank")));
  const keys = {stacked: say("on the map of several themes"), amid: say("high, with another theme high around it"),
    second: say("found by the second search only")};
  for (const name of marked) body.append(make("p", {class: "key"}, make("span", {class: `swatch ${name}-key`}), keys[name]));
  const title = measure() === NONE ? say("Legend") : say("{title} per {area}", {title: measure().title, area: areasNamed(1)});
  byId("legend").replaceChildren(make("summary", {}, title), body);
}

const ORDERS = { // by what a user may want zoekgebieden in order
  rank: say("strong and certain"),
  surplus: say("more than expected"),
  density: say("more than expected, per km²"),
  proportion: say("more than expected, in proportion"),
};

function inOrder(one, other) {
  const by = byId("order").value;
  if (by === "rank" || one[by] === other[by]) return one.rank - other.rank;
  return (other[by] ?? -Infinity) - (one[by] ?? -Infinity);
}

function measureOf(zone) { // what its place in the list rests on
  const by = byId("order").value;
  if (by === "surplus" && zone.surplus !== null) return say("{more} more than expected", {more: written.format(zone.surplus)});
  if (by === "density" && zone.density !== null) return say("{more} more per km²", {more: written.format(zone.density)});
  if (by === "proportion" && zone.proportion !== null) return say("{more} more {unit}", {more: written.format(zone.proportion), unit: zone.unit});
  if (zone.strength !== null) return say("strength at least {strength}", {strength: atLeast(zone.strength)});
  return say("score {score}", {score: twoDecimals.format(zone.score)});
}

function drawOrders(draw) {
  byId("order").append(...Object.entries(ORDERS).map(([name, title]) => make("option", {value: name}, title)));
  byId("order").onchange = draw;
}

function drawList(openZone) {
  const typed = byId("filter").value.trim().toLocaleLowerCase(language);
  const matches = (zone) => `${zone.title} ${zone.gemeenten}`.toLocaleLowerCase(language).includes(typed);
  const reason = shown.picture?.unsearched;
  const empty = reason ? say("Not searched: {reason}.", {reason}) : say("No zoekgebieden for this choice.");
  const none = typed ? say("No zoekgebied with that name or gemeente.") : empty;
  const items = zoekgebieden().filter(matches).sort(inOrder).map((zone) => {
    const about = [measureOf(zone), counted(zone.count), zone.gemeenten, zone.visited ? VISITED : "", zone.development?.split(":")[0] ?? ""].filter(Boolean).join(" · ");
    const words = make("span", {}, make("strong", {}, zone.title), make("span", {class: "small"}, about));
    return make("li", {}, button((pressed) => openZone(zone, pressed), rankMark(zone), words));
  });
  byId("order-choice").hidden = zoekgebieden().every((zone) => zone.surplus === null);
  byId("visited-choice").hidden = !found().some((zone) => zone.visited);
  byId("list").replaceChildren(...(items.length ? items : [make("li", {class: "none"}, none)]));
}

function drawUnjudged() { // a list of its own, made when it is opened: in the country there are more than a thousand
  const box = byId("unjudged");
  const areas = shown.picture && !shown.picture.unsearched ? column(shown.picture.unjudged) : [];
  box.hidden = !areas.length;
  box.open = false;
  byId("unjudged-title").textContent = say("Cannot be judged: {areas}", {areas: counted(areas.length)});
  byId("unjudged-list").replaceChildren();
  box.ontoggle = () => {
    if (!box.open || byId("unjudged-list").children.length) return;
    byId("unjudged-list").append(...areas.map((area) => {
      const about = `${labelOf(level().gemeenten, area)} · ${labelOf(column(shown.picture.why), area)}`;
      return make("li", {}, make("strong", {}, level().names[area]), make("span", {class: "small"}, ` ${about}`));
    }));
  };
}

function drawTable() {
  const heads = [say("Rank"), say("Zoekgebied"), say("Gemeenten"), say("Score"), "q", say("Areas"),
    ...(shown.search?.reasons ?? []), say("Explanation")];
  const number = (value) => (value === null ? "" : twoDecimals.format(value));
  const rows = zoekgebieden().map((zone) => [zone.rank, zone.title, zone.gemeenten, number(zone.score), chance(zone.q),
    written.format(zone.count), ...zone.contributions.map(number), zone.why]);
  byId("table").replaceChildren(
    make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", {scope: "col"}, head)))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, String(cell)))))));
}

function drawFacts() {
  const {thema, lens, periode} = shown.chosen;
  const count = zoekgebieden().length;
  const lenses = content.choices.find((choice) => choice.name === "lens");
  const title = lenses.titles[lenses.options.indexOf(lens)];
  byId("lens").textContent = content.lenses[title] ?? "";
  byId("lens").hidden = !content.lenses[title];
  const parts = [
    lens === "basis" ? "" : say("lens {lens}", {lens: title}),
    say("figures of {period}", {period: periode}),
    say("areas of {vintage}", {vintage: (shown.picture ?? shown.search)?.vintage ?? say("unknown")}),
    level() ? counted(level().codes.length) : "",
    shown.picture?.unsearched ? say("not searched") : plural("1 zoekgebied", "{count} zoekgebieden", {count}),
  ];
  const themes = content.choices.find((choice) => choice.name === "thema");
  byId("facts").textContent = parts.filter(Boolean).join(" · ");
  byId("method").href = `methode-${thema}.html`; // of the same release, beside this file
  byId("method").hidden = content.methods ? !content.methods.includes(thema) : false;
  byId("caveat").textContent = content.caveats[thema] ?? "";
  byId("title").textContent = themes.titles[themes.options.indexOf(thema)];
}

function drawChoices(draw) {
  const wanted = {}; // of another theme the newest year, unless a reader chose one
  for (const choice of content.choices.filter((one) => one.options.length > 1)) {
    const select = make("select", {name: choice.name});
    select.onchange = () => {
      wanted[choice.name] = choice.options[select.value];
      shown.chosen = chosenFrom(wanted);
      drawOptions();
      draw();
    };
    byId("choices").append(make("label", {}, choice.title, select));
  }
  drawOptions();
}

function drawOptions() { // a choice of one is none
  for (const select of byId("choices").querySelectorAll("select")) {
    const choice = content.choices.find((one) => one.name === select.name);
    const options = optionsOf(choice, shown.chosen);
    const titleOf = (option) => (choice.name === "niveau"
      ? LEVELS[option]?.[1] ?? say("hexagons ({level})", {level: option}) : choice.titles[choice.options.indexOf(option)]);
    select.replaceChildren(...options.map((option) => make("option", {value: choice.options.indexOf(option)}, String(titleOf(option)))));
    select.value = String(choice.options.indexOf(shown.chosen[choice.name]));
    select.parentElement.hidden = options.length < 2;
  }
}

function choose() {
  const isChosen = (one) => content.choices.every((choice) => one[choice.name] === shown.chosen[choice.name]);
  shown.picture = content.pictures.find(isChosen);
  shown.search = content.searches.find(isChosen);
}

function drawFault(fault) { // figures that could not be had are said, not left out
  console.error(fault);
  byId("facts").textContent = say("Part of this map could not be loaded: {fault}. Load the page again.", {fault: fault.message});
}

function fold(folded) {
  document.querySelector(".panel").classList.toggle("folded", folded);
  byId("unfold").setAttribute("aria-expanded", String(!folded));
  byId("unfold").textContent = folded ? say("List") : say("Map");
}

// Beside the API the page says when its figures were last confirmed; a file by itself knows of no later night.
async function drawConfirmed() {
  if (!location.protocol.startsWith("http") || content.figures) return; // a server of files has no API
  const landing = await fetch("./", {headers: {Accept: "application/json"}}).then((answer) => (answer.ok ? answer.json() : {})).catch(() => ({}));
  const moment = new Date(landing.confirmed ?? NaN);
  if (isNaN(moment)) return;
  const date = moment.toLocaleDateString(language, {dateStyle: "long"});
  byId("confirmed").textContent = say("Figures last confirmed on {date}.", {date});
  byId("confirmed").hidden = false;
}
