/*
 * report.html: draws the rows from the page's data, and searches, filters and
 * sorts them.  A row's detail is drawn when it is opened.  What a host said
 * becomes text nodes and nothing else.
 */
(function () {
	"use strict";

	/* The members of a row, in the order of html_host.c. */
	var NAME = 0, CLASS = 1, WHAT = 2, SITE = 3, ISSUER = 4, DAYS = 5,
	    REFUSED = 6, ERROR = 7, FINDINGS = 8, ABSENT = 9, NAMES = 10,
	    CHAIN = 11, LEAF = 12, FACTS = 13, CLIENTS = 14, FACES = 15;

	var byId = document.getElementById.bind(document);
	var list = byId("list");
	var form = byId("filters");
	var text = byId("by-text");
	var byClass = byId("by-class");
	var bySite = byId("by-site");
	var byClient = byId("by-client");
	var data = JSON.parse(byId("data").textContent);
	var values = data.values;
	var rows = data.rows.map(function (facts, at) {
		return { facts: facts, at: at, element: null, cells: null };
	});
	var drawn = 0;
	var order = { key: null, down: false };
	var only = null; /* the host that a link asked for */
	var week = null; /* or the first and the last day of a week */
	var tag = "";	 /* of the hosts that one asked for */

	/* In the place of a value stands its number in the table of values. */
	function value(member) {
		return typeof member === "number" ? values[member] : member;
	}

	function make(tag, name, content) {
		var element = document.createElement(tag);

		if (name)
			element.className = name;
		if (content)
			element.textContent = content;
		return element;
	}

	function add(parent, tag, name, content) {
		return parent.appendChild(make(tag, name, content));
	}

	/* What is searched, sorted and shown of a closed row. */
	function cells(row) {
		var facts = row.facts, refused;

		if (!row.cells) {
			refused = value(facts[REFUSED]);
			row.cells = {
				name: facts[NAME],
				word: value(facts[CLASS])[2],
				what: value(facts[WHAT]),
				site: value(facts[SITE]),
				issuer: value(facts[ISSUER]),
				days: facts[DAYS] === null ? "" :
				    String(facts[DAYS]),
				refused: refused === "" ? "" :
				    String(refused.split(" ").length)
			};
			row.cells.all = Object.values(row.cells).join("\n")
			    .toLowerCase();
		}
		return row.cells;
	}

	function draw(row) {
		var kind = value(row.facts[CLASS]);
		var shown = cells(row);
		var element = make("details", "host " + kind[1]);
		var head = add(element, "summary");
		var days;

		element.dataset.at = row.at;
		["name", "word", "what", "site", "issuer", "days",
		    "refused"].forEach(function (key) {
			var cell = add(head, "span", key, shown[key]);

			if (key === "days")
				days = cell;
		});
		if (row.facts[DAYS] !== null && row.facts[DAYS] < 7)
			days.classList.add(row.facts[DAYS] < 0 ? "past" :
			    "near");
		row.element = element;
		return element;
	}

	function drawSome(count) {
		var block = document.createDocumentFragment();

		for (; count > 0 && drawn < rows.length; count--)
			block.appendChild(draw(rows[drawn++]));
		list.appendChild(block);
		if (drawn === rows.length)
			list.removeAttribute("aria-busy");
	}

	/* The first rows at once; the others while there is nothing to do. */
	function drawOn(idle) {
		do
			drawSome(100);
		while (idle && drawn < rows.length &&
		    idle.timeRemaining() > 10);
		if (drawn === rows.length)
			return;
		if (window.requestIdleCallback)
			requestIdleCallback(drawOn, { timeout: 100 });
		else
			setTimeout(drawOn, 0);
	}

	/* The detail of a row: what is wrong first, clients last. */
	function drawFindings(detail, facts) {
		var findings = value(facts[FINDINGS]);
		var box;

		if (facts[ERROR])
			add(detail, "p", "failure", value(facts[ERROR]));
		if (findings.length === 0)
			return;
		box = add(detail, "ul", "findings");
		findings.forEach(function (member) {
			var finding = value(member).map(value);
			var item = add(box, "li", finding[0]);

			add(item, "b", "", finding[0]);
			item.append(" " + finding[1]);
			add(item, "p", "", finding[2]);
			if (finding[3])
				add(item, "p", "repair", finding[3]);
		});
	}

	function drawNames(detail, facts) {
		var names = value(facts[NAMES]);
		var box, more;

		if (names[0] === 0 && !facts[ABSENT])
			return;
		add(detail, "h4", "", "Names on the certificate");
		box = add(detail, "ul", "names");
		if (facts[ABSENT]) {
			more = add(box, "li", "absent");
			add(more, "b", "", facts[ABSENT]);
			more.append(" is asked for and is not here");
		}
		names.slice(2).forEach(function (name, at) {
			add(box, "li", at === 0 && names[1] ? "fits" : "",
			    name);
		});
		if (names[0] > names.length - 2)
			add(box, "li", "more", "and " + (names[0] -
			    names.length + 2).toLocaleString("en") + " more");
	}

	function drawChain(detail, chain, title, words) {
		var box;

		if (chain.length === 0)
			return;
		add(detail, "h4", "", title);
		if (words)
			add(detail, "p", "", words);
		box = add(detail, "ol", "chain");
		chain.forEach(function (member) {
			var link = value(member).map(value);
			var item = add(box, "li", link[0]);

			add(item, "em", "", link[1]);
			add(item, "b", "", link[2]);
			if (link[3])
				add(item, "span", "", link[3]);
			if (link[5])
				add(item, "span", "dates", "from " + link[5] +
				    " until " + link[6]);
			if (link[4])
				add(item, "span", "remark", link[4]);
		});
	}

	function hex(base64) {
		return Array.prototype.map.call(atob(base64), function (octet) {
			return ("0" + octet.charCodeAt(0).toString(16))
			    .slice(-2);
		}).join("");
	}

	function drawFacts(detail, facts) {
		var box = add(detail, "dl");

		[value(facts[LEAF]), facts[FACTS]].forEach(function (pairs) {
			for (var i = 0; i < pairs.length; i += 2) {
				var label = value(pairs[i]);
				var content = value(pairs[i + 1]);

				if (/^SHA-256/.test(label))
					content = hex(content.slice(1));
				add(box, "dt", "", label);
				add(box, "dd", "", content);
			}
		});
	}

	/* One line where all clients do the same. */
	function drawClients(detail, facts) {
		var groups = value(facts[CLIENTS]).map(function (group) {
			return group.map(value);
		});
		var count = 0, box = detail;

		if (groups.length === 0)
			return;
		groups.forEach(function (group) { count += group.length - 2; });
		if (groups.every(function (group) {
			return group[0] === groups[0][0];
		}) && groups[0][0] !== "unknown") {
			box = add(detail, "details", "all-clients");
			add(box, "summary", "", (count === 1 ? "the client " +
			    groups[0][0] : "all " + count + " clients " +
			    groups[0][0].replace(/s$/, "")) + " it");
		} else {
			add(detail, "h4", "", "Clients");
		}
		box = add(box, "ul", "clients");
		groups.forEach(function (group) {
			var item = add(box, "li", group[0]);

			add(item, "b", "", group[0]);
			item.append(" " + group.slice(2).join(", "));
			if (group[1])
				add(item, "q", "", group[1]);
		});
	}

	function drawDetail(element) {
		var facts, detail;

		if (!element.open || !element.dataset.at ||
		    element.children.length > 1)
			return;
		facts = data.rows[element.dataset.at];
		detail = add(element, "div", "detail");
		drawFindings(detail, facts);
		drawNames(detail, facts);
		drawChain(detail, value(facts[CHAIN]), "Chain");
		value(facts[FACES]).forEach(function (face) {
			drawChain(detail, face[1], "Other chain", face[0]);
		});
		drawFacts(detail, facts);
		drawClients(detail, facts);
		add(detail, "a", "permalink", "link to this host").href =
		    "#host=" + encodeURIComponent(facts[NAME]);
	}

	list.addEventListener("toggle", function (event) {
		drawDetail(event.target);
	}, true);

	function fitsClass(facts, wanted) {
		var kind = value(facts[CLASS]);

		return wanted === "" || kind[0] === wanted ||
		    (wanted === "!ok" && (kind[0] !== "ok" ||
		    kind[1] === "error"));
	}

	function fitsClient(facts, wanted) {
		var refused = value(facts[REFUSED]);

		return wanted === "" || (wanted === "*" ? refused !== "" :
		    refused.split(" ").indexOf(wanted) >= 0);
	}

	/* Does the leaf end in this week, or another certificate of the chain? */
	function fitsWeek(facts) {
		return value(facts[CHAIN]).some(function (member, at) {
			var until = value(value(member)[6]);

			return until >= week[0] && until <= week[1] &&
			    (at > 0 || facts[DAYS] >= 0);
		});
	}

	function fitsTag(facts, wanted) {
		var pairs = facts[FACTS];

		if (wanted === "")
			return true;
		for (var i = 0; i < pairs.length; i += 2)
			if (value(pairs[i]) === "tag" &&
			    value(pairs[i + 1]) === wanted)
				return true;
		return false;
	}

	function fits(row, wanted) {
		/* Of a name with several addresses each has a row. */
		if (only !== null)
			return row.facts[NAME] === only ||
			    row.facts[NAME].indexOf(only + " at ") === 0;
		if (week !== null)
			return fitsWeek(row.facts);
		return fitsClass(row.facts, wanted.class) &&
		    fitsClient(row.facts, wanted.client) &&
		    fitsTag(row.facts, tag) &&
		    value(row.facts[SITE]).indexOf(wanted.site) >= 0 &&
		    wanted.words.every(function (word) {
			return cells(row).all.indexOf(word) >= 0;
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

		drawSome(rows.length);
		rows.forEach(function (row) {
			var hidden = !fits(row, wanted);

			if (row.element.hidden !== hidden)
				row.element.hidden = hidden;
			shown += hidden ? 0 : 1;
		});
		byId("none").hidden = shown > 0;
		byId("shown").textContent = shown === rows.length ?
		    shown.toLocaleString("en") + " hosts" :
		    shown.toLocaleString("en") + " of " +
		    rows.length.toLocaleString("en") + " hosts" +
		    (tag ? ", tag " + tag : "");
	}

	/* What has no value stands last, whichever way the others go. */
	function compare(a, b) {
		var left = cells(a)[order.key];
		var right = cells(b)[order.key];
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

		drawSome(rows.length);
		order.down = order.key === key ? !order.down :
		    key === "refused";
		order.key = key;
		rows.slice().sort(compare).forEach(function (row) {
			all.appendChild(row.element);
		});
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
		var button = make("button", "", head.textContent);

		button.type = "button";
		button.title = "Sort by " + head.textContent.toLowerCase();
		button.addEventListener("click", function () {
			sort(head.dataset.sort);
		});
		head.textContent = "";
		head.appendChild(button);
	});

	function clear() {
		byClass.value = bySite.value = byClient.value = text.value = "";
		only = week = null;
		tag = "";
	}

	/* #week=MONDAY: the hosts whose certificates end then. */
	function followWeek(monday) {
		var sunday = new Date(monday);

		clear();
		sunday.setUTCDate(sunday.getUTCDate() + 6);
		week = [monday, sunday.toISOString().slice(0, 10)];
		filter();
		byId("hosts").scrollIntoView();
	}

	/* #host=NAME:PORT: that row alone, opened. */
	function followLink() {
		var link = /^#host=(.*)$/.exec(location.hash);
		var monday =
		    /^#week=(\d{4}-\d\d-\d\d)$/.exec(location.hash);
		var first;

		if (monday && !isNaN(new Date(monday[1])))
			followWeek(monday[1]);
		if (!link)
			return;
		clear();
		try {
			only = decodeURIComponent(link[1]);
		} catch (ignored) {
			only = link[1];
		}
		filter();
		first = rows.find(function (row) {
			return !row.element.hidden;
		});
		if (first) {
			first.element.open = true;
			drawDetail(first.element);
			first.element.firstElementChild.focus(
			    { preventScroll: true });
		}
		byId("hosts").scrollIntoView();
	}

	/* A number elsewhere on the page leads to its hosts. */
	document.addEventListener("click", function (event) {
		var link = event.target.closest("a[href^='#host']");
		var end = event.target.closest("a[href^='#week']");

		/* Followed again, the address does not change. */
		if (end && end.getAttribute("href") === location.hash)
			followLink();
		if (!link)
			return;
		if (link.hash !== "#hosts") {
			if (link.hash === location.hash)
				followLink();
			return;
		}
		clear();
		byClass.value = link.dataset.class || "";
		bySite.value = link.dataset.site || "";
		byClient.value = link.dataset.client || "";
		tag = link.dataset.tag || "";
		filter();
	});

	function leaveLink() {
		if (only !== null || week !== null)
			history.replaceState(null, "", "#hosts");
		only = week = null;
	}

	window.addEventListener("hashchange", followLink);
	form.addEventListener("input", function () {
		leaveLink();
		filter();
	});
	form.addEventListener("submit", function (event) {
		event.preventDefault();
	});
	form.addEventListener("reset", function () {
		leaveLink();
		tag = "";
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
	list.textContent = "";
	form.hidden = false;
	byId("columns").hidden = false;
	list.setAttribute("aria-busy", "true");
	drawOn();
	if (/^#(host|week)=/.test(location.hash))
		followLink();
	else if (text.value || byClass.value || bySite.value ||
	    byClient.value)
		filter();
}());
