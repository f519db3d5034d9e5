// Everything is readable without this: it filters, and opens what a link leads to.
for (const tools of document.querySelectorAll(".tools")) tools.hidden = false;

const search = document.getElementById("search");
const severity = document.getElementById("severity");
const shown = document.getElementById("shown");

function filter() {
  const words = search.value.toLowerCase();
  let count = 0;
  for (const finding of document.querySelectorAll(".finding")) {
    const fits = (!severity.value || finding.classList.contains(severity.value)) &&
      finding.textContent.toLowerCase().includes(words);
    finding.hidden = !fits;
    count += fits;
  }
  for (const group of document.querySelectorAll("#findings details")) {
    group.hidden = !group.querySelector(".finding:not([hidden])");
    if (words && !group.hidden) group.open = true;
  }
  shown.textContent = `${count} shown`;
}

function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  target.scrollIntoView();
}

if (search) {
  search.addEventListener("input", filter);
  severity.addEventListener("change", filter);
}
addEventListener("hashchange", openTarget);
addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details")) each.open = true;
});
openTarget();
