"use strict";

// The theme: as the system has it, until the reader says otherwise.

const THEMES = ["auto", "light", "dark"];

function prepareTheme() {
  const button = document.getElementById("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const asked = new URLSearchParams(location.hash.slice(1)).get("theme");
  let theme = THEMES.includes(asked) ? asked : "auto";
  const apply = () => {
    const dark = theme === "dark" || (theme === "auto" && system.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    button.textContent = { auto: "Auto", light: "Light", dark: "Dark" }[theme];
    button.setAttribute("aria-label", `colours: ${theme === "auto" ? "as the system" : theme}`);
    document.dispatchEvent(new CustomEvent("theme"));
  };
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    apply();
  });
  system.addEventListener("change", apply);
  apply();
}
