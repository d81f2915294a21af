"use strict";
// Areas that stand in the page, with all their figures: one group of polygons per level, made when it is first shown.

function areasOn(map, {flagged, marks}, open) {
  const groups = {}; // level: its polygons
  const renderer = L.canvas({pane: "flagged"});
  const shapes = () => level().shapes.geometries;

  function groupOf(name) {
    const style = {color: "#fff", opacity: 0.7, fillOpacity: 0.75};
    groups[name] ??= L.featureGroup(shapes().map((shape, area) => polygon(shape, {...style, area})))
      .bindTooltip((layer) => areaLine(layer.options.area), {sticky: true})
      .on("click", (event) => open(event.latlng, event.layer.options.area));
    return groups[name];
  }

  function clear(but) {
    for (const [name, group] of Object.entries(groups)) if (name !== but) group.remove();
  }

  function paint(colour, borders) {
    const {niveau} = shown.chosen;
    clear(niveau);
    groupOf(niveau).eachLayer((layer) =>
      layer.setStyle({stroke: borders, weight: 0.6, fillColor: colour(layer.options.area)}));
    groupOf(niveau).addTo(map);
  }

  function drawOn(layer, areas, style) {
    layer.clearLayers();
    for (const area of areas) layer.addLayer(polygon(shapes()[area], {renderer, interactive: false, ...style}));
  }

  return {
    paint, clear,
    outline: (areas) => drawOn(flagged, areas, {fill: false, color: DARK, weight: 1.2}),
    mark: (name, areas) => drawOn(marks[name], areas,
      {color: MARKS[name].color, dashArray: MARKS[name].dash, weight: 3, fillOpacity: 0.15}),
    centre: (area) => polygon(shapes()[area]).getBounds().getCenter(),
    load: async () => {},
    ready: async () => {},
  };
}
