// What measures.py asks of a page. Put into the page as one value; nothing here is shipped.
(() => {
  const words = (element) => (element.getAttribute("aria-label") || element.textContent || element.name || "")
    .trim().replace(/\s+/g, " ").slice(0, 50);
  const kind = (element) => `${element.tagName.toLowerCase()}.${element.className?.baseVal ?? element.className}`;
  const named = (element) => `${words(element)} <${kind(element)}>`;

  // A box that is drawn by its label is as large as the label.
  const face = (element) =>
    (element.matches("input[type=checkbox], input[type=radio]") && element.labels[0]) || element;

  // A link may be stretched over its whole row by what is drawn after it.
  const isStretched = (element) => {
    const after = getComputedStyle(element, "::after");
    return after.content !== "none" && after.position === "absolute" && after.inset === "0px";
  };
  const room = (element) => (isStretched(element) ? element.offsetParent : face(element)).getBoundingClientRect();

  const targets = () => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary",
  )].filter((element) => face(element).checkVisibility({ visibilityProperty: true })
    && !element.disabled && !element.matches(".skip-link, [aria-hidden=true][tabindex='-1']"));

  const isWithinText = (element) => element.matches("a") && getComputedStyle(element).display === "inline"
    && element.parentElement.textContent.trim().length > element.textContent.trim().length;

  const wide = () => {
    const excess = document.documentElement.scrollWidth - window.innerWidth;
    if (excess <= 0) return [];
    const out = [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1);
    return [`${excess} px too wide`, ...out.slice(0, 6).map(kind)];
  };

  const small = (mainActions) => targets().filter((element) => !isWithinText(element)).flatMap((element) => {
    const box = room(element);
    const least = face(element).matches(mainActions) ? 44 : 24;
    if (box.height >= least - 0.5 && box.width >= 23.5) return [];
    return [`${named(element)} is ${Math.round(box.width)} x ${Math.round(box.height)} px`];
  });

  const spread = (rules) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    document.adoptedStyleSheets.push(sheet);
  };
  const unspread = () => { document.adoptedStyleSheets.pop(); };

  const cut = () => [...document.querySelectorAll("main *, header *, footer *")].filter((element) => {
    const style = getComputedStyle(element);
    if (element.matches("input") || element.closest("svg, .hidden-text, select, textarea")) return false;
    if (style.clipPath !== "none" || !element.textContent.trim()) return false;
    return (style.overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1)
      || (style.overflowY === "hidden" && element.scrollHeight > element.clientHeight + 1);
  }).map(named);

  const isDrawn = (element) => [null, "::after"].some((part) => {
    const style = getComputedStyle(element, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });

  const cover = (element) => {
    const drawn = face(element);
    const box = drawn.getClientRects()[0] ?? drawn.getBoundingClientRect();
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!hit) return "lies outside the window";
    return drawn.contains(hit) || hit.contains(drawn) ? "" : `is covered by ${kind(hit)}`;
  };

  const look = () => {
    const element = document.activeElement;
    if (!element || element === document.body) return "";
    const drawn = face(element);
    const wrong = [element, drawn, ...drawn.querySelectorAll("*")].some(isDrawn) ? cover(element) : "shows no focus";
    return wrong && `${named(element)} ${wrong}`;
  };

  let walked = new WeakSet();
  const begin = () => {
    walked = new WeakSet();
    document.activeElement?.blur();
    window.scrollTo(0, 0);
  };
  const stop = () => {
    const element = document.activeElement;
    if (!element || element === document.body || walked.has(element)) return null;
    walked.add(element);
    return look();
  };

  const moving = () => [...document.querySelectorAll("*")].filter((element) => {
    const style = getComputedStyle(element);
    return parseFloat(style.transitionDuration) > 0.01 || style.animationName !== "none";
  }).map(kind);

  const unframed = (parts) => [...document.querySelectorAll(parts)]
    .filter((element) => element.checkVisibility())
    .filter((element) => ["none", "hidden"].includes(getComputedStyle(element).borderTopStyle))
    .map(kind);

  window.measures = { wide, small, spread, unspread, cut, look, begin, stop, moving, unframed };
})();
