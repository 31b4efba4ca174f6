// Search over what the page lists, and over letters from search-index.js. Nothing is fetched: it works without a
// network, and in a folder opened without a server.
/* global INDEX */
"use strict";

const MOST = 50;
const box = document.getElementById("words");
const found = document.getElementById("found");
const letters = document.getElementById("letters");
const pages = [...document.querySelectorAll("#pages > li")];

const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");

const has = (text, words) => words.every((word) => text.includes(word));

function listed(words) {
  let count = 0;
  for (const page of pages) {
    page.hidden = !has(page.dataset.words, words);
    count += page.hidden ? 0 : 1;
  }
  return count;
}

function written(words) {
  const rows = [];
  let count = 0;
  for (const [recommendation, body] of words.length ? INDEX.letters : []) {
    const [about, to] = [INDEX.pages[recommendation], INDEX.pages[body]];
    if (!has(`${about.words} ${to.words}`, words)) continue;
    count += 1;
    if (rows.length < MOST) rows.push([about, to]);
  }
  letters.replaceChildren(...rows.map(([about, to]) => line(about, to)));
  return count;
}

function line(about, to) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `cases/${about.id}/${to.id}.html`;
  link.textContent = `${to.title}: ${about.title}`;
  item.append(link);
  return item;
}

function search() {
  const words = plain(box.value).split(/\s+/).filter(Boolean);
  const [count, more] = [listed(words), written(words)];
  const shown = more > MOST ? `, the first ${MOST} shown` : "";
  found.textContent = words.length ? `${count} pages and ${more} letters${shown}` : "";
}

document.querySelector("form.search").hidden = false;
box.form.addEventListener("submit", (event) => event.preventDefault());
box.addEventListener("input", search);
box.value = new URLSearchParams(location.search).get("words") || "";
search();
