"use strict";
// Payoffs and dates between the points of a precomputed grid; nothing is fetched.
(function () {
  const holder = document.getElementById("explorer-data");
  const byId = (id) => document.getElementById(id);
  // A link to a folded part unfolds it.
  const unfold = () => {
    const part = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (part) {
      for (let box = part; box; box = box.parentElement) if (box.tagName === "DETAILS") box.open = true;
      part.scrollIntoView();
    }
  };
  window.addEventListener("hashchange", unfold);
  document.querySelectorAll("nav a").forEach((link) => link.addEventListener("click", () => {
    const part = document.getElementById(link.hash.slice(1));
    if (part && part.tagName === "DETAILS") part.open = true;
  }));
  unfold();
  if (!holder) { document.body.dataset.ready = "yes"; return; }

  const data = JSON.parse(holder.textContent);
  const models = { export_dependence: "partial equilibrium", general_equilibrium: "world in equilibrium" };
  const percent = (x) => x > 1e-9 && x <= 0.005 ? "below 1 %" : x >= 0.995 && x < 1 - 1e-9 ? "above 99 %" :
    (100 * x).toFixed(0) + " %";
  const signed = (x) => (Math.abs(x) < 0.005 ? "" : x > 0 ? "+" : "\u2212") + Math.abs(x).toFixed(2);
  const make = (name, text, kind) => {
    const node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    if (kind) node.className = kind;
    return node;
  };
  const number = (id) => Number(byId(id).value);

  Object.entries(models).forEach(([key, label]) => byId("model").add(new Option(label, key)));
  const limits = { horizon: data.horizons.length - 1, incidence: data.incidence[data.incidence.length - 1],
    audience: data.audience[data.sides[0]].length - 1, patience: data.patience[data.sides[0]].length - 1,
    "first-rate": data.actions[0].length - 1, "second-rate": data.actions[1].length - 1 };
  Object.entries(limits).forEach(([id, top]) => { byId(id).max = top; });
  // It opens at the payoffs of the tables beside it: the world in equilibrium after one year.
  byId("model").value = "general_equilibrium";
  const start = { horizon: 0, incidence: data.incidence[1], audience: data.audience_start,
    patience: data.patience_start, "first-rate": data.in_force[0], "second-rate": data.in_force[1] };
  Object.entries(start).forEach(([id, value]) => { byId(id).value = value; });
  byId("first-name").textContent = data.sides[0] + " on " + data.sides[1] + ", points added";
  byId("second-name").textContent = data.sides[1] + " on " + data.sides[0] + ", points added";

  // Place on a grid: the point below and the share of the next one.
  function place(grid, value) {
    let k = 0;
    while (k < grid.length - 2 && value > grid[k + 1]) k += 1;
    return [k, (value - grid[k]) / (grid[k + 1] - grid[k])];
  }
  const steps = (values) => values.map((_, k) => k);
  const between = (table, [k, share], read) =>
    (share > 0 ? (1 - share) * read(table[k]) + share * read(table[k + 1]) : read(table[k]));

  function incidencePlace() {
    return byId("model").value === "export_dependence" ? place(data.incidence, number("incidence")) : [0, 0];
  }
  function curve() {
    const table = data.cut[byId("model").value][number("horizon")];
    const a = place(steps(data.audience[data.sides[0]]), number("audience"));
    const r = place(steps(data.patience[data.sides[0]]), number("patience"));
    return data.days.map((_, d) => between(table, incidencePlace(), (costs) =>
      between(costs, a, (rates) => between(rates, r, (days) => days[d]))));
  }
  function payoffs() {
    const table = data.payoffs[byId("model").value][number("horizon")];
    return [0, 1].map((p) => data.actions[0].map((_, i) => data.actions[1].map((__, j) =>
      between(table, incidencePlace(), (game) => game[p][i][j]))));
  }
  function bestReplies(u) {
    const tie = 1e-12;
    const columnBest = u[0][0].map((_, j) => Math.max(...u[0].map((row) => row[j])));
    const rowBest = u[1].map((row) => Math.max(...row));
    return [u[0].map((row) => row.map((x, j) => x >= columnBest[j] - tie)),
            u[1].map((row, i) => row.map((x) => x >= rowBest[i] - tie))];
  }
  // A value of both sides on their own scales, interpolated as the grid was spaced: in logarithms.
  function scaled(values, value) {
    const [k, share] = place(steps(values), value);
    return share > 0 ? Math.exp((1 - share) * Math.log(values[k]) + share * Math.log(values[k + 1])) : values[k];
  }
  function sidesText(table, value, digits) {
    const shown = data.sides.map((side) => scaled(table[side], value).toFixed(digits));
    return shown[0] === shown[1] ? shown[0] : data.sides.map((side, k) => side + " " + shown[k]).join(", ");
  }
  function show(id, text) {
    byId(id + "-out").value = text;
    byId(id).setAttribute("aria-valuetext", text);
  }

  function drawCurve(p) {
    const box = { width: 360, height: 200, left: 40, right: 12, top: 10, bottom: 34 };
    const last = data.days[data.days.length - 1];
    const x = (d) => box.left + (box.width - box.left - box.right) * d / last;
    const y = (v) => box.height - box.bottom - (box.height - box.top - box.bottom) * v;
    const svg = byId("curve");
    const put = (name, attributes, text) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", name);
      Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
      if (text !== undefined) node.textContent = text;
      svg.appendChild(node);
    };
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    [0, 0.25, 0.5, 0.75, 1].forEach((v) => {
      put("line", { class: "grid", x1: box.left, x2: box.width - box.right, y1: y(v), y2: y(v) });
      put("text", { x: box.left - 5, y: y(v) + 4, "text-anchor": "end" }, (100 * v).toFixed(0) + " %");
    });
    [0, 90, 180, 270, 365].filter((d) => d <= last).forEach((d) =>
      put("text", { x: x(d), y: box.height - box.bottom + 14, "text-anchor": "middle" }, d));
    put("text", { x: box.width / 2, y: box.height - 4, "text-anchor": "middle" }, "days after " + data.as_of);
    put("polyline", { class: "line", points: p.map((v, k) => x(data.days[k]) + "," + y(v)).join(" ") });
    data.shown.forEach((d) => put("circle", { class: "dot", r: 3.5, cx: x(d), cy: y(p[data.days.indexOf(d)]) }));
  }
  function dayText(offset) {
    const day = new Date(data.as_of + "T00:00:00Z");
    day.setUTCDate(day.getUTCDate() + offset);
    return day.toISOString().slice(0, 10);
  }

  function draw() {
    const partial = byId("model").value === "export_dependence";
    byId("incidence").disabled = !partial;
    show("horizon", data.horizons[number("horizon")]);
    show("incidence", partial ? number("incidence").toFixed(2) : "of the world's prices");
    show("audience", sidesText(data.audience, number("audience"), 2));
    show("patience", sidesText(data.patience, number("patience"), 3));
    const [i, j] = [number("first-rate"), number("second-rate")];
    show("first-rate", data.actions[0][i]);
    show("second-rate", data.actions[1][j]);
    const p = curve(), u = payoffs(), best = bestReplies(u);
    byId("dates-title").textContent = "Stage " + data.stage + " over by";
    byId("dates").replaceChildren(...data.shown.map((d) => {
      const item = make("span", dayText(d) + ": " + percent(p[data.days.indexOf(d)]), "date");
      item.dataset.value = p[data.days.indexOf(d)];
      return item;
    }));
    drawCurve(p);
    byId("payoff").textContent = data.sides.map((side, k) => side + " " + signed(u[k][i][j])).join(", ") +
      " % of GDP a year";
    const found = [], head = make("tr");
    head.append(make("th", data.sides.join(" \\ ")), ...data.actions[1].map((label) => make("th", label)));
    const rows = data.actions[0].map((label, a) => {
      const row = make("tr");
      row.append(make("th", label), ...data.actions[1].map((other, b) => {
        const both = best[0][a][b] && best[1][a][b];
        if (both) found.push(label + " / " + other);
        const cell = make("td", undefined, [both ? "equilibrium" : "", a === i && b === j ? "chosen" : ""].join(" ").trim());
        cell.dataset.i = a;
        cell.dataset.j = b;
        cell.append(make("span", signed(u[0][a][b]), best[0][a][b] ? "best" : ""), make("br"),
          make("span", signed(u[1][a][b]), best[1][a][b] ? "best" : ""));
        return cell;
      }));
      return row;
    });
    const [top, body] = [make("thead"), make("tbody")];
    top.append(head);
    body.append(...rows);
    byId("matrix").replaceChildren(top, body);
    byId("pure").textContent = found.length ? found.join("; ") : "none";
  }

  ["model", ...Object.keys(limits)].forEach((id) => byId(id).addEventListener("input", draw));
  byId("matrix").addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (!cell) return;
    byId("first-rate").value = cell.dataset.i;
    byId("second-rate").value = cell.dataset.j;
    draw();
  });
  draw();
  document.body.dataset.ready = "yes";
})();
