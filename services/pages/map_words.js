"use strict";
// What is shown now, and what the page says about it. All text from the release becomes text nodes, never markup.

const content = JSON.parse(document.getElementById("content").textContent);
const shown = {
  chosen: Object.fromEntries(content.choices.map((choice) => [choice.name, choice.options[0]])),
  measureName: "score",
  picture: undefined, // the figures of the choice
  search: undefined, // its zoekgebieden
};

const NONE = {title: "Geen", name: ""};
const LEVELS = {gemeente: ["gemeente", "gemeenten"], wijk: ["wijk", "wijken"], buurt: ["buurt", "buurten"]};
const HEXAGONS = ["zeshoek", "zeshoeken"];

const column = (number) => content.columns[number];
const level = () => content.levels[shown.chosen.niveau];
const measures = () => [NONE, ...(shown.picture?.measures ?? [])];
const measure = () => measures().find((one) => one.name === shown.measureName) ?? NONE;
const zoekgebieden = () => shown.search?.zones ?? [];

const written = new Intl.NumberFormat("nl-NL", {maximumFractionDigits: 6});
const twoDecimals = new Intl.NumberFormat("nl-NL", {maximumFractionDigits: 2});
const oneDecimal = new Intl.NumberFormat("nl-NL", {minimumFractionDigits: 1, maximumFractionDigits: 1});

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
  if (size === "0,0") return `als ${average}`;
  const many = size === "1,0" ? "standaardafwijking" : "standaardafwijkingen";
  return `${size} ${many} ${value > 0 ? "opvallender" : "minder opvallend"} dan ${average}`;
}

function chance(q) {
  if (q === null) return "onbekend";
  return q < 0.001 ? "kleiner dan 0,001" : written.format(Number(q.toPrecision(2)));
}

function whyMissing(one, area) {
  const reason = labelOf(column(one.reasons), area);
  return reason ? `${one.legend.missing[1]}: ${reason}` : one.legend.missing[1];
}

const rankMark = (zone) => make("span", {class: "rank-mark"}, String(zone.rank));
const zoneLine = (zone) => make("span", {}, `${zone.rank}. ${zone.title}`);

function areaLine(area) {
  const value = column(measure().values)[area];
  const text = value === null ? measure().legend.missing[1] : written.format(value);
  return make("span", {}, make("strong", {}, level().names[area]), ` ${text}`);
}

function zonePopup(zone, openArea) {
  return make("article", {class: "popup", tabindex: "-1", "aria-label": `Zoekgebied ${zone.rank}`},
    make("h3", {}, rankMark(zone), zone.title),
    make("p", {class: "place"}, `${zone.gemeenten} · ${counted(zone.count)}`),
    make("p", {}, zone.why),
    contributionTable(zone),
    make("p", {class: "small"}, `Verwacht aandeel vals alarm (q): ${chance(zone.q)}`),
    areaList(zone, openArea));
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
  return make("table", {class: "reasons"}, make("caption", {}, "Wat aan de score bijdraagt"), ...rows,
    make("tr", {class: "total"}, make("th", {scope: "row"}, "Score"), total));
}

function areaList(zone, openArea) {
  const areas = shown.picture ? zone.codes.map((code) => level().codes.indexOf(code)).filter((area) => area >= 0) : [];
  if (!areas.length) return "";
  const title = areas.length === 1 ? `Cijfers van deze ${areasNamed(1)}` : `Cijfers van deze ${counted(areas.length)}`;
  const items = areas.map((area) => make("li", {}, button(() => openArea(area), level().names[area])));
  return make("details", {}, make("summary", {}, title), make("ul", {class: "areas"}, ...items));
}

function areaPopup(area) {
  const [score, ...indicators] = shown.picture.measures;
  const value = column(score.values)[area];
  const text = value === null ? whyMissing(score, area) : `${twoDecimals.format(value)}: ${deviation(value, score)}`;
  const rows = indicators.filter((one) => !one.of).map((one) => {
    return indicatorRow(one, indicators.find((other) => other.of === one.name), area);
  });
  return make("article", {class: "popup", tabindex: "-1"},
    make("h3", {}, level().names[area]),
    make("p", {class: "place"}, `${areasNamed(1)} in ${labelOf(level().gemeenten, area)}`),
    make("p", {}, make("strong", {}, "Score "), text),
    make("table", {class: "reasons"}, make("caption", {}, `Cijfers over ${shown.chosen.periode}`), ...rows));
}

function indicatorRow(indicator, deviates, area) {
  const value = column(indicator.values)[area];
  const from = column(deviates.values)[area];
  const cells = [value === null ? whyMissing(indicator, area) : withUnit(value, indicator.unit)];
  if (from !== null) cells.push(make("span", {class: "small"}, deviation(from, deviates)));
  return make("tr", {}, make("th", {scope: "row", title: indicator.why}, indicator.title), make("td", {}, ...cells));
}

function drawLegend(withZones) {
  const body = make("div");
  if (measure() !== NONE) {
    const {colours, labels, missing} = measure().legend;
    const rows = [...colours.map((colour, place) => [colour, labels[place]]).reverse(), missing];
    body.append(make("p", {}, measure().unit), make("ul", {}, ...rows.map(([colour, label]) => {
      const swatch = make("span", {class: "swatch"});
      swatch.style.background = colour;
      return make("li", {}, swatch, make("span", {}, label));
    })));
  }
  if (withZones) body.append(make("p", {class: "key"}, make("span", {class: "swatch zone-key"}, "1"), "zoekgebied met rangnummer"));
  const title = measure() === NONE ? "Legenda" : `${measure().title} per ${areasNamed(1)}`;
  byId("legend").replaceChildren(make("summary", {}, title), body);
}

function drawList(openZone) {
  const wanted = byId("filter").value.trim().toLocaleLowerCase("nl");
  const found = zoekgebieden().filter((zone) => `${zone.title} ${zone.gemeenten}`.toLocaleLowerCase("nl").includes(wanted));
  const none = wanted ? "Geen zoekgebied met die naam of gemeente." : "Geen zoekgebieden bij deze keuze.";
  const items = found.map((zone) => {
    const about = `score ${twoDecimals.format(zone.score)} · ${counted(zone.count)} · ${zone.gemeenten}`;
    const words = make("span", {}, make("strong", {}, zone.title), make("span", {class: "small"}, about));
    return make("li", {}, button((pressed) => openZone(zone, pressed), rankMark(zone), words));
  });
  byId("list").replaceChildren(...(items.length ? items : [make("li", {class: "none"}, none)]));
}

function drawTable() {
  const heads = ["Rang", "Zoekgebied", "Gemeenten", "Score", "q", "Gebieden", ...(shown.search?.reasons ?? []), "Toelichting"];
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
  const parts = [
    lens === "basis" ? "" : `lens ${lens}`,
    `cijfers over ${periode}`,
    `gebiedsindeling ${(shown.picture ?? shown.search)?.vintage ?? "onbekend"}`,
    level() ? counted(level().codes.length) : "",
    count === 1 ? "1 zoekgebied" : `${written.format(count)} zoekgebieden`,
  ];
  const themes = content.choices.find((choice) => choice.name === "thema");
  byId("facts").textContent = parts.filter(Boolean).join(" · ");
  byId("title").textContent = themes.titles[themes.options.indexOf(thema)];
}

function drawChoices(draw) {
  for (const choice of content.choices.filter((one) => one.options.length > 1)) {
    const select = make("select", {});
    choice.options.forEach((option, place) => {
      const title = choice.name === "niveau" ? LEVELS[option]?.[1] ?? `zeshoeken (${option})` : choice.titles[place];
      select.append(make("option", {value: place}, String(title)));
    });
    select.onchange = () => { shown.chosen[choice.name] = choice.options[select.value]; draw(); };
    byId("choices").append(make("label", {}, choice.title, select));
  }
}

function choose() {
  const isChosen = (one) => content.choices.every((choice) => one[choice.name] === shown.chosen[choice.name]);
  shown.picture = content.pictures.find(isChosen);
  shown.search = content.searches.find(isChosen);
}

function fold(folded) {
  document.querySelector(".panel").classList.toggle("folded", folded);
  byId("unfold").setAttribute("aria-expanded", String(!folded));
  byId("unfold").textContent = folded ? "Lijst" : "Kaart";
}
