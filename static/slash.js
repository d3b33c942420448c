// The slash leads to the search box of a page, and from a page without one to the search. For who oversees a district, as long
// as single keys are on.
document.addEventListener("keydown", (event) => {
  const { search } = document.body.dataset;
  if (!search || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select")) return;
  event.preventDefault();
  const box = document.querySelector("main [role=search] [type=search]");
  if (!box) return location.assign(search);
  box.closest("details")?.setAttribute("open", "");
  box.focus();
});
