(() => {
  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    element.getClientRects().length > 0 &&
    !element.closest(".visually-hidden, .skip-links, thead");
  const name = (element) =>
    `<${element.localName}${element.id ? "#" + element.id : ""}> ${(element.textContent || element.value || "").trim().slice(0, 40)}`;
  const controls = () =>
    [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter(shown);
  // A tabular list or a chart may scroll inside its own frame.
  const scrolls = (element) => {
    for (let at = element; at; at = at.parentElement)
      if (/auto|scroll/.test(getComputedStyle(at).overflowX) && at !== document.documentElement && at.tabIndex >= 0) return true;
    return false;
  };
  const words = () => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (!node.data.trim() || !shown(node.parentElement) || node.parentElement.localName === "option") continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) found.push({ element: node.parentElement, box });
    }
    return found;
  };

  return {
    styled({ paper }) {
      const body = getComputedStyle(document.body);
      const found = [];
      if (body.fontSize !== "18px") found.push(`font size ${body.fontSize}`);
      if (!body.fontFamily.startsWith("system-ui")) found.push(`font ${body.fontFamily}`);
      if (body.backgroundColor !== paper) found.push(`background ${body.backgroundColor}`);
      if (getComputedStyle(document.querySelector(".site-header"), "::after").height !== "8px") found.push("no paving stones");
      const sheets = [...document.styleSheets];
      const links = document.querySelectorAll("link[rel=stylesheet]").length;
      if (sheets.length < links || links < 10) found.push(`${sheets.length} style sheets for ${links} links`);
      for (const sheet of sheets) if (!sheet.cssRules.length) found.push(`empty ${sheet.href}`);
      return found;
    },

    wide() {
      const width = document.documentElement.scrollWidth;
      return width > innerWidth ? [`${width} px on a screen of ${innerWidth}`] : [];
    },

    cut() {
      const found = words().filter(({ element, box }) => (box.right > innerWidth + 1 || box.left < -1) && !scrolls(element));
      const hidden = [...document.querySelectorAll("body *")].filter((element) => {
        const style = getComputedStyle(element);
        return shown(element) && /hidden|clip/.test(style.overflow) && element.textContent.trim() && element.localName !== "option" &&
          (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1);
      });
      return [...found.map(({ element }) => element), ...hidden].map(name);
    },

    overlapping() {
      const all = [
        ...controls().map((element) => ({ element, box: element.getBoundingClientRect() })),
        ...words().filter(({ element }) => element.closest("header, .badge, h1, .stepper")),
      ];
      const found = [];
      for (const [at, one] of all.entries())
        for (const two of all.slice(at + 1)) {
          if (one.element === two.element || one.element.contains(two.element) || two.element.contains(one.element)) continue;
          const across = Math.min(one.box.right, two.box.right) - Math.max(one.box.left, two.box.left);
          const down = Math.min(one.box.bottom, two.box.bottom) - Math.max(one.box.top, two.box.top);
          if (across > 2 && down > 4) found.push(`${name(one.element)} over ${name(two.element)}`);
        }
      return found;
    },

    spaceOut() {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(
        "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }" +
          "p { margin-bottom: 2em !important; }",
      );
      document.adoptedStyleSheets = [sheet];
    },

    // How many controls of the content Tab must reach: a group of radio buttons is one stop.
    stops() {
      const inside = controls().filter((element) => element.closest("main") && !element.disabled && element.tabIndex >= 0);
      const groups = new Set();
      return inside.filter((element) => {
        if (element.type !== "radio") return true;
        const key = `${element.form?.action} ${element.name}`;
        return !groups.has(key) && groups.add(key);
      }).length;
    },

    stop() {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const problems = [];
      if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 3) problems.push(`focus not visible on ${name(element)}`);
      if (box.bottom < 0 || box.top > innerHeight || box.width < 2) problems.push(`focus out of sight on ${name(element)}`);
      return { problems, content: element.closest("main") && controls().includes(element) ? 1 : 0 };
    },
  };
})()
