"use strict";
// Payoffs of the tariff game from a precomputed grid; nothing is fetched.
(function () {
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const byId = (id) => document.getElementById(id);
  const state = { usa: data.standoff[0], chn: data.standoff[1] };
  const percent = (x) => (100 * x).toFixed(0) + " %";
  const signed = (x) => (Math.abs(x) < 0.005 ? "" : x > 0 ? "+" : "\u2212") + Math.abs(x).toFixed(2);
  const name = (cell) => percent(data.rates.USA[cell.i]) + " / " + percent(data.rates.CHN[cell.j]);

  data.elasticities.forEach((item, k) => byId("elasticity").add(new Option(item.label, k)));
  byId("usa").max = data.rates.USA.length - 1;
  byId("chn").max = data.rates.CHN.length - 1;
  byId("phi").max = data.incidence[data.incidence.length - 1];

  // Between two grid values of the incidence the payoff is interpolated linearly.
  function payoffs() {
    const phi = Number(byId("phi").value), weight = Number(byId("weight").value);
    const grid = data.incidence;
    let k = 0;
    while (k < grid.length - 2 && phi > grid[k + 1]) k += 1;
    const share = (phi - grid[k]) / (grid[k + 1] - grid[k]);
    const set = Number(byId("elasticity").value);
    const at = (table, p, i, j) =>
      (1 - share) * table[set][k][p][i][j] + share * table[set][k + 1][p][i][j];
    return [0, 1].map((p) => data.rates.USA.map((_, i) => data.rates.CHN.map((__, j) =>
      at(data.income, p, i, j) - weight * at(data.jobs, p, i, j))));
  }

  function bestReplies(u) {
    const tie = 1e-12;
    const columnBest = u[0][0].map((_, j) => Math.max(...u[0].map((row) => row[j])));
    const rowBest = u[1].map((row) => Math.max(...row));
    return [u[0].map((row) => row.map((x, j) => x >= columnBest[j] - tie)),
            u[1].map((row, i) => row.map((x) => x >= rowBest[i] - tie))];
  }

  // Actions that survive the elimination, in turn, of those that another one beats throughout.
  function undominated(u) {
    const kept = [data.rates.USA.map((_, i) => i), data.rates.CHN.map((_, j) => j)];
    const value = (p, own, other) => (p === 0 ? u[0][own][other] : u[1][other][own]);
    for (let changed = true; changed;) {
      changed = false;
      for (const p of [0, 1]) {
        const left = kept[p].filter((a) => !kept[p].some((b) =>
          b !== a && kept[1 - p].every((o) => value(p, b, o) > value(p, a, o))));
        if (left.length < kept[p].length) { kept[p] = left; changed = true; }
      }
    }
    return kept;
  }

  // The part of the frontier of all lotteries over cells that is no worse than d for either side.
  function frontier(u, d) {
    const cells = [];
    u[0].forEach((row, i) => row.forEach((x, j) => cells.push({ at: [x, u[1][i][j]], mix: [{ i, j, p: 1 }] })));
    cells.sort((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1]);
    const cross = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
    const hull = [];
    for (const c of cells) {
      while (hull.length > 1 && cross(hull[hull.length - 2].at, hull[hull.length - 1].at, c.at) >= 0) hull.pop();
      hull.push(c);
    }
    const top = hull.reduce((best, c, k) => (c.at[1] >= hull[best].at[1] ? k : best), 0);
    const line = hull.slice(top);
    const kept = [];
    line.forEach((c, k) => {
      if (k > 0) {
        const from = line[k - 1];
        const cuts = [0, 1].map((p) => (d[p] - from.at[p]) / (c.at[p] - from.at[p]));
        cuts.filter((t) => t > 0 && t < 1).sort((a, b) => a - b).forEach((t) => kept.push(between(from, c, t)));
      }
      kept.push(c);
    });
    const slack = 1e-12;
    return kept.filter((c) => c.at[0] >= d[0] - slack && c.at[1] >= d[1] - slack);
  }

  function between(a, b, t) {
    if (t <= 0) return a;
    if (t >= 1) return b;
    const scaled = (mix, weight) => mix.map((item) => ({ ...item, p: item.p * weight }));
    return { at: [0, 1].map((p) => (1 - t) * a.at[p] + t * b.at[p]),
             mix: [...scaled(a.mix, 1 - t), ...scaled(b.mix, t)] };
  }

  // Nash: largest product of gains, found on each edge; the product is concave along an edge.
  function nashPoint(line, d) {
    const product = (c) => (c.at[0] - d[0]) * (c.at[1] - d[1]);
    let best = line[0];
    line.forEach((c, k) => {
      let candidate = c;
      if (k > 0) {
        const a = line[k - 1].at, b = [c.at[0] - a[0], c.at[1] - a[1]];
        const t = -((a[0] - d[0]) * b[1] + (a[1] - d[1]) * b[0]) / (2 * b[0] * b[1]);
        candidate = between(line[k - 1], c, t);
      }
      if (product(candidate) > product(best)) best = candidate;
    });
    return best;
  }

  // Largest common multiple of a direction of gains; past an end of the frontier, that end.
  function rayPoint(line, d, direction) {
    const side = (c) => (c.at[1] - d[1]) * direction[0] - (c.at[0] - d[0]) * direction[1];
    if (side(line[0]) <= 0) return line[0];
    for (let k = 1; k < line.length; k += 1) {
      const before = side(line[k - 1]), after = side(line[k]);
      if (after <= 0) return between(line[k - 1], line[k], before / (before - after));
    }
    return line[line.length - 1];
  }

  function bargains(line, d) {
    const most = [line[line.length - 1].at[0] - d[0], line[0].at[1] - d[1]];
    return { "Nash": nashPoint(line, d), "Kalai\u2013Smorodinsky": rayPoint(line, d, most),
             "Egalitarian": rayPoint(line, d, [1, 1]) };
  }

  function drawMatrix(u, best) {
    const head = "<thead><tr><th scope=\"col\">USA \\ China</th>" +
      data.rates.CHN.map((r) => `<th scope="col">${percent(r)}</th>`).join("") + "</tr></thead>";
    const rows = data.rates.USA.map((r, i) => `<tr><th scope="row">${percent(r)}</th>` +
      data.rates.CHN.map((_, j) => {
        const both = best[0][i][j] && best[1][i][j];
        const names = [both ? "equilibrium" : "", i === state.usa && j === state.chn ? "chosen" : ""];
        const cell = (p, side) =>
          `<span class="${side}${best[p][i][j] ? " best" : ""}">${signed(u[p][i][j])}</span>`;
        return `<td class="${names.join(" ").trim()}" data-i="${i}" data-j="${j}">` +
          cell(0, "usa") + "<br>" + cell(1, "chn") + "</td>";
      }).join("") + "</tr>");
    byId("matrix").innerHTML = head + "<tbody>" + rows.join("") + "</tbody>";
  }

  function drawBargains(found) {
    const mixture = (c) => c.mix.filter((item) => item.p > 5e-4)
      .map((item) => name(item) + (item.p < 0.9995 ? ` (${percent(item.p)})` : "")).join(", ");
    byId("bargains").innerHTML = "<thead><tr><th>Solution</th><th>Tariffs USA / China (odds)</th>" +
      "<th class=\"number\">USA</th><th class=\"number\">China</th></tr></thead><tbody>" +
      Object.entries(found).map(([key, c]) =>
        `<tr><td>${key}</td><td>${mixture(c)}</td>` + c.at.map((x, p) =>
          `<td class="number ${["usa", "chn"][p]}" data-value="${x}">${signed(x)}</td>`).join("") +
        "</tr>").join("") + "</tbody>";
  }

  function drawPlane(u, line, found, equilibria) {
    const box = { width: 620, height: 380, left: 74, right: 14, top: 12, bottom: 44 };
    const reach = [0, 1].map((p) => {
      const all = u[p].flat(), low = Math.min(0, ...all), high = Math.max(0, ...all);
      return [low - 0.06 * (high - low), high + 0.06 * (high - low)];
    });
    const x = (v) => box.left + (box.width - box.left - box.right) * (v - reach[0][0]) / (reach[0][1] - reach[0][0]);
    const y = (v) => box.height - box.bottom - (box.height - box.top - box.bottom) * (v - reach[1][0]) / (reach[1][1] - reach[1][0]);
    const ticks = (p) => {
      const span = reach[p][1] - reach[p][0], size = 10 ** Math.floor(Math.log10(span / 4));
      const step = size * [1, 2, 5, 10].find((k) => span / (k * size) <= 6);
      const first = Math.ceil(reach[p][0] / step);
      return Array.from({ length: Math.floor(reach[p][1] / step) - first + 1 }, (_, k) => (first + k) * step);
    };
    const label = (v) => (v < 0 ? "\u2212" : "") + Math.abs(v).toFixed(2).replace(/\.?0+$/, "");
    const dot = (at, r, kind) => `<circle cx="${x(at[0])}" cy="${y(at[1])}" r="${r}" class="${kind}"/>`;
    const parts = ticks(0).map((v) => `<line class="grid" x1="${x(v)}" x2="${x(v)}" y1="${box.top}" y2="${box.height - box.bottom}"/>` +
      `<text x="${x(v)}" y="${box.height - box.bottom + 16}" text-anchor="middle">${label(v)}</text>`)
      .concat(ticks(1).map((v) => `<line class="grid" y1="${y(v)}" y2="${y(v)}" x1="${box.left}" x2="${box.width - box.right}"/>` +
        `<text x="${box.left - 6}" y="${y(v) + 4}" text-anchor="end">${label(v)}</text>`));
    u[0].forEach((row, i) => row.forEach((v, j) => parts.push(dot([v, u[1][i][j]], 3, "cell"))));
    parts.push(`<polyline class="frontier" points="${line.map((c) => x(c.at[0]) + "," + y(c.at[1])).join(" ")}"/>`);
    Object.values(found).forEach((c) => parts.push(dot(c.at, 5, "deal")));
    equilibria.forEach((c) => parts.push(dot([u[0][c.i][c.j], u[1][c.i][c.j]], 6, "nash")));
    parts.push(dot([u[0][state.usa][state.chn], u[1][state.usa][state.chn]], 8, "picked"));
    const d = [0, 1].map((p) => u[p][data.standoff[0]][data.standoff[1]]);
    parts.push(`<path class="war" d="M${x(d[0]) - 5},${y(d[1]) - 5}l10,10m0,-10l-10,10"/>`);
    parts.push(`<text x="${(box.left + box.width) / 2}" y="${box.height - 8}" text-anchor="middle">Payoff of the United States, % of GDP a year</text>`);
    parts.push(`<text transform="translate(16,${(box.height - box.bottom) / 2}) rotate(-90)" text-anchor="middle">Payoff of China, % of GDP a year</text>`);
    byId("plane").setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    byId("plane").innerHTML = parts.join("");
  }

  function drawEquilibria(u, best) {
    const found = [];
    best[0].forEach((row, i) => row.forEach((x, j) => { if (x && best[1][i][j]) found.push({ i, j }); }));
    byId("equilibria").textContent = found.length ? found.map(name).join(", ") : "none in pure strategies";
    const kept = undominated(u);
    byId("equilibria-note").textContent = kept[0].length * kept[1].length === 1
      ? "The only one, mixed strategies included: every other tariff is dominated, in turn."
      : "Pure strategies only; dominance leaves several tariffs, so mixed equilibria are possible.";
    return found;
  }

  function show(id, text) {
    byId(id + "-out").value = text;
    byId(id).setAttribute("aria-valuetext", text);
  }

  function draw() {
    state.usa = Number(byId("usa").value);
    state.chn = Number(byId("chn").value);
    show("usa", percent(data.rates.USA[state.usa]));
    show("chn", percent(data.rates.CHN[state.chn]));
    show("phi", Number(byId("phi").value).toFixed(2));
    show("weight", Number(byId("weight").value).toFixed(1));
    const u = payoffs(), best = bestReplies(u);
    const d = [0, 1].map((p) => u[p][data.standoff[0]][data.standoff[1]]);
    const line = frontier(u, d);
    const found = line.length ? bargains(line, d) : {};
    drawMatrix(u, best);
    byId("payoff").textContent = "USA " + signed(u[0][state.usa][state.chn]) +
      " %, China " + signed(u[1][state.usa][state.chn]) + " % of GDP a year";
    const equilibria = drawEquilibria(u, best);
    drawBargains(found);
    drawPlane(u, line, found, equilibria);
  }

  byId("usa").value = state.usa;
  byId("chn").value = state.chn;
  ["usa", "chn", "phi", "weight", "elasticity"].forEach((id) => byId(id).addEventListener("input", draw));
  byId("matrix").addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (!cell) return;
    byId("usa").value = cell.dataset.i;
    byId("chn").value = cell.dataset.j;
    draw();
  });
  draw();
  document.body.dataset.ready = "yes";
})();
