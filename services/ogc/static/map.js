// Draws the areas of a page; text from the data becomes text, never markup.
"use strict";
const place = document.getElementById("map");
const drawn = JSON.parse(document.getElementById("features").textContent);
const map = L.map(place, { preferCanvas: true, maxZoom: 19 });
const { tiles, attribution } = place.dataset;
if (tiles) L.tileLayer(tiles, { maxZoom: 19, attribution: document.createTextNode(attribution).textContent }).addTo(map);

function named(feature, layer) {
  const { name, href } = feature.properties;
  const link = document.createElement(href ? "a" : "span");
  if (href) link.href = href;
  link.textContent = name;
  layer.bindPopup(link);
}

const areas = L.geoJSON(drawn, {
  style: (feature) => ({ color: "#14213d", weight: 1, fillColor: feature.properties.colour, fillOpacity: .65 }),
  onEachFeature: named,
}).addTo(map);
if (areas.getLayers().length) map.fitBounds(areas.getBounds(), { maxZoom: 15, padding: [12, 12] });
