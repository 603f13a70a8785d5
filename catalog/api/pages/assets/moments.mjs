// Lays a slider beside each of the two times, over the moments at which something was said of what the page is about. The
// page is asked for anew where one lets it go, and the slider is where one left it. Without it, fields and links do.

const WAIT = 500; // milliseconds after the last step by a key

function lay(axis) {
  const field = axis.querySelector("input");
  const moments = [...field.list.options];
  const slider = document.createElement("input");
  const given = { type: "range", id: `${field.name}-slider`, min: 0, max: moments.length - 1, list: `${field.name}-ticks` };
  for (const [name, value] of Object.entries(given)) slider.setAttribute(name, value);
  slider.setAttribute("aria-label", field.labels[0].firstChild.textContent.trim());
  slider.value = axis.dataset.place;
  const ticks = document.createElement("datalist");
  ticks.id = given.list;
  ticks.append(...moments.map((one, place) => new Option(one.label, place)));
  const text = document.createElement("output");
  const show = () => {
    text.textContent = moments[slider.value].label;
    slider.setAttribute("aria-valuetext", text.textContent);
  };
  show();
  let waiting = 0;
  slider.addEventListener("input", () => {
    show();
    field.value = moments[slider.value].value;
    clearTimeout(waiting);
  });
  slider.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => go(field, slider.id), WAIT);
  });
  axis.querySelector("label").after(slider, ticks, text);
  if (location.hash === `#${slider.id}`) slider.focus();
}

// All else that one opened of the page stands in its address, and stays.
function go(field, hash) {
  const there = new URL(location.href);
  for (const name of ["valid", "known"]) {
    const { value } = field.form.elements[name];
    if (value) there.searchParams.set(name, value);
    else there.searchParams.delete(name);
  }
  for (const place of ["after", "behind", "evaluated"]) there.searchParams.delete(place);
  there.searchParams.set("moments", "1");
  there.hash = hash;
  location.assign(there);
}

function begin() {
  for (const axis of document.querySelectorAll("[data-place]")) lay(axis);
}

document.addEventListener("moments", begin);
begin();
