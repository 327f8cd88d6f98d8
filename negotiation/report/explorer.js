"use strict";
// Payoffs of the tariff game from a precomputed grid; nothing is fetched.
(function () {
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const byId = (id) => document.getElementById(id);
  const state = { usa: data.standoff[0], chn: data.standoff[1] };
  const percent = (x) => (100 * x).toFixed(0) + " %";
  const signed = (x) => (x > 0 ? "+" : x < 0 ? "\u2212" : "") + Math.abs(x).toFixed(2);

  data.elasticities.forEach((item, k) => byId("elasticity").add(new Option(item.label, k)));
  byId("usa").max = data.rates.USA.length - 1;
  byId("chn").max = data.rates.CHN.length - 1;
  byId("phi").max = data.incidence[data.incidence.length - 1];
  byId("phi").step = 0.01;

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

  // Bargaining points over the outcomes of the matrix, with the standoff as disagreement.
  function bargains(u) {
    const d = [u[0][data.standoff[0]][data.standoff[1]], u[1][data.standoff[0]][data.standoff[1]]];
    const cells = [];
    u[0].forEach((row, i) => row.forEach((x, j) => {
      const gain = [x - d[0], u[1][i][j] - d[1]];
      if (gain[0] >= 0 && gain[1] >= 0) cells.push({ i, j, gain });
    }));
    const ideal = [0, 1].map((p) => Math.max(1e-12, ...cells.map((c) => c.gain[p])));
    const best = (score) => cells.reduce((a, c) => (score(c) > score(a) ? c : a), cells[0]);
    return {
      "Nash": best((c) => c.gain[0] * c.gain[1]),
      "Kalai\u2013Smorodinsky": best((c) => Math.min(c.gain[0] / ideal[0], c.gain[1] / ideal[1])),
      "Egalitarian": best((c) => Math.min(c.gain[0], c.gain[1])),
    };
  }

  function drawMatrix(u, best) {
    const head = "<tr><th>USA \\ China</th>" +
      data.rates.CHN.map((r) => `<th>${percent(r)}</th>`).join("") + "</tr>";
    const rows = data.rates.USA.map((r, i) => "<tr><th>" + percent(r) + "</th>" +
      data.rates.CHN.map((_, j) => {
        const both = best[0][i][j] && best[1][i][j];
        const names = [both ? "equilibrium" : "", i === state.usa && j === state.chn ? "chosen" : ""];
        const cell = (p, side) =>
          `<span class="${side}${best[p][i][j] ? " best" : ""}">${signed(u[p][i][j])}</span>`;
        return `<td class="${names.join(" ").trim()}" data-i="${i}" data-j="${j}">` +
          cell(0, "usa") + "<br>" + cell(1, "chn") + "</td>";
      }).join("") + "</tr>");
    byId("matrix").innerHTML = head + rows.join("");
  }

  function name(cell) { return percent(data.rates.USA[cell.i]) + " / " + percent(data.rates.CHN[cell.j]); }

  function draw() {
    state.usa = Number(byId("usa").value);
    state.chn = Number(byId("chn").value);
    byId("usa-out").value = percent(data.rates.USA[state.usa]);
    byId("chn-out").value = percent(data.rates.CHN[state.chn]);
    byId("phi-out").value = Number(byId("phi").value).toFixed(2);
    byId("weight-out").value = Number(byId("weight").value).toFixed(1);
    const u = payoffs(), best = bestReplies(u);
    drawMatrix(u, best);
    byId("payoff").textContent = "USA " + signed(u[0][state.usa][state.chn]) +
      " %, China " + signed(u[1][state.usa][state.chn]) + " % of GDP a year";
    const found = [];
    best[0].forEach((row, i) => row.forEach((x, j) => { if (x && best[1][i][j]) found.push({ i, j }); }));
    byId("equilibria").textContent = found.length ? found.map(name).join(", ") : "none in pure strategies";
    byId("bargains").textContent = Object.entries(bargains(u))
      .map(([key, cell]) => key + ": " + name(cell)).join("; ");
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
