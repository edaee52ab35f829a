/*
 * report.html: search, filters and sorting over the rows that are on the page.
 * It moves and hides what is there.  The only markup it makes is the page's
 * own, which noscript elements hold as text: rows, and a row's detail when it
 * is opened.
 */
(function () {
	"use strict";

	var byId = document.getElementById.bind(document);
	var list = byId("list");
	var form = byId("filters");
	var text = byId("by-text");
	var byClass = byId("by-class");
	var bySite = byId("by-site");
	var byClient = byId("by-client");
	var blocks = Array.prototype.filter.call(list.children,
	    function (block) {
		return block.textContent !== "";
	    });
	var rows = [];
	var row_details = new WeakMap();
	var order = { key: null, down: false };

	/* A block of rows without their details takes the place of its text. */
	function build(block) {
		var holder = document.createElement("template");
		var texts = block.textContent.split("</details>\n");
		var heads = "";

		texts.pop();
		texts = texts.map(function (text) {
			var at = text.indexOf("<div class=detail>");

			heads += text.slice(0, at) + "</details>";
			return text.slice(at);
		});
		holder.innerHTML = heads;
		Array.prototype.forEach.call(holder.content.children,
		    function (row, at) {
			row_details.set(row, texts[at]);
			rows.push({ row: row, at: rows.length, values: null });
		    });
		list.replaceChild(holder.content, block);
	}

	function buildAll() {
		while (blocks.length > 0)
			build(blocks.shift());
		list.removeAttribute("aria-busy");
	}

	/* The first rows at once; the others while there is nothing to do. */
	function buildOn(idle) {
		do {
			if (blocks.length > 0)
				build(blocks.shift());
		} while (idle && blocks.length > 0 &&
		    idle.timeRemaining() > 10);
		if (blocks.length === 0)
			list.removeAttribute("aria-busy");
		else if (window.requestIdleCallback)
			requestIdleCallback(buildOn, { timeout: 100 });
		else
			setTimeout(buildOn, 0);
	}

	list.addEventListener("toggle", function (event) {
		var detail = row_details.get(event.target);

		if (!detail || !event.target.open)
			return;
		row_details.delete(event.target);
		event.target.insertAdjacentHTML("beforeend", detail);
	}, true);

	/* The cells of a row, read when they are first asked for. */
	function values(entry) {
		if (!entry.values) {
			entry.values = { all: "" };
			Array.prototype.forEach.call(
			    entry.row.firstElementChild.children,
			    function (cell) {
				var key = cell.className.split(" ")[0];

				entry.values[key] = cell.textContent;
				entry.values.all +=
				    cell.textContent.toLowerCase() + "\n";
			});
		}
		return entry.values;
	}

	function fitsClass(row, wanted) {
		return wanted === "" || row.dataset.class === wanted ||
		    (wanted === "!ok" && (row.dataset.class !== "ok" ||
		    row.classList.contains("error")));
	}

	function fitsClient(row, wanted) {
		return wanted === "" ||
		    (wanted === "*" ? row.dataset.refused !== "" :
		    row.dataset.refused.split(" ").indexOf(wanted) >= 0);
	}

	function fits(entry, wanted) {
		return fitsClass(entry.row, wanted.class) &&
		    fitsClient(entry.row, wanted.client) &&
		    entry.row.dataset.site.indexOf(wanted.site) >= 0 &&
		    wanted.words.every(function (word) {
			return values(entry).all.indexOf(word) >= 0;
		    });
	}

	function filter() {
		var wanted = {
			class: byClass.value,
			client: byClient.value,
			site: bySite.value.trim().toLowerCase(),
			words: text.value.toLowerCase().split(/\s+/)
		};
		var shown = 0;

		buildAll();
		rows.forEach(function (entry) {
			var hidden = !fits(entry, wanted);

			if (entry.row.hidden !== hidden)
				entry.row.hidden = hidden;
			shown += hidden ? 0 : 1;
		});
		byId("none").hidden = shown > 0;
		byId("shown").textContent = shown === rows.length ?
		    shown.toLocaleString("en") + " hosts" :
		    shown.toLocaleString("en") + " of " +
		    rows.length.toLocaleString("en") + " hosts";
	}

	/* What has no value stands last, whichever way the others go. */
	function compare(a, b) {
		var left = values(a)[order.key];
		var right = values(b)[order.key];
		var side;

		if ((left === "") !== (right === ""))
			return left === "" ? 1 : -1;
		if (order.key === "days" || order.key === "refused")
			side = Number(left) - Number(right);
		else
			side = left < right ? -1 : left > right ? 1 : 0;
		return (order.down ? -side : side) || a.at - b.at;
	}

	function sort(key) {
		var all = document.createDocumentFragment();

		buildAll();
		order.down = order.key === key ? !order.down :
		    key === "refused";
		order.key = key;
		rows.sort(compare);
		rows.forEach(function (entry) { all.appendChild(entry.row); });
		list.appendChild(all);
		document.querySelectorAll("[data-sort]").forEach(
		    function (head) {
			if (head.dataset.sort === key)
				head.setAttribute("aria-sort", order.down ?
				    "descending" : "ascending");
			else
				head.removeAttribute("aria-sort");
		    });
	}

	document.querySelectorAll("[data-sort]").forEach(function (head) {
		var button = document.createElement("button");

		button.type = "button";
		button.textContent = head.textContent;
		button.title = "Sort by " + head.textContent.toLowerCase();
		button.addEventListener("click", function () {
			sort(head.dataset.sort);
		});
		head.textContent = "";
		head.appendChild(button);
	});

	/* A number elsewhere on the page leads to its hosts. */
	document.addEventListener("click", function (event) {
		var link = event.target.closest("a[href='#hosts']");

		if (!link)
			return;
		byClass.value = link.dataset.class || "";
		bySite.value = link.dataset.site || "";
		byClient.value = link.dataset.client || "";
		text.value = link.dataset.find || "";
		filter();
	});

	form.addEventListener("input", filter);
	form.addEventListener("submit", function (event) {
		event.preventDefault();
	});
	form.addEventListener("reset", function () {
		setTimeout(filter, 0);
	});
	document.addEventListener("keydown", function (event) {
		var busy = /^(INPUT|SELECT|TEXTAREA)$/.test(
		    document.activeElement.tagName);

		if (event.key !== "/" || busy || event.ctrlKey || event.metaKey)
			return;
		event.preventDefault();
		text.focus();
	});
	form.hidden = false;
	byId("blocked").hidden = true;
	list.setAttribute("aria-busy", "true");
	buildOn();
	if (form.querySelector("input").value || byClass.value ||
	    bySite.value || byClient.value)
		filter();
}());
