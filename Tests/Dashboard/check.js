// The complaints about a page of Tests/Dashboard/render.py: what a person could not read. An empty list if none.
(() => {
  const complaints = [];
  const channels = (text) => text.match(/[\d.]+/g).map(Number);
  const luminance = (text) => {
    const [red, green, blue] = channels(text).map((one) => one / 255).map((one) =>
      one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const background = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if (channels(color)[3] !== 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const overflows = (one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;

  const panels = [...document.querySelectorAll("section")];
  for (const panel of panels) {
    const title = panel.querySelector("h2").textContent;
    const complain = (text) => complaints.push(`${title}: ${text}`);
    if (!title) complain("no title");
    if (!panel.querySelector(".information").title) complain("no description");
    if (panel.querySelector(".empty") || /No data/.test(panel.textContent)) complain("no data");
    for (const part of [panel, ...panel.querySelectorAll("h2, .content, .value, .legend")]) {
      if (overflows(part)) complain(`${part.tagName} ${part.className} overflows`);
    }
    const names = [...panel.querySelectorAll(".legend li")].map((one) => one.textContent);
    if (new Set(names).size < names.length || names.includes("")) complain(`legend: ${names.join(", ")}`);
    const place = panel.getBoundingClientRect();
    for (const other of panels) {
      const its = other.getBoundingClientRect();
      const isApart = place.right <= its.left || its.right <= place.left || place.bottom <= its.top
        || its.bottom <= place.top;
      if (other !== panel && !isApart) complain(`overlaps ${other.querySelector("h2").textContent}`);
    }
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const [one, other] = [luminance(style.color), luminance(background(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) {
      complaints.push(`${texts.currentNode.data}: contrast ${ratio.toFixed(2)}`);
    }
  }
  return complaints;
})()
