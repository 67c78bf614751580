// Draws every chart of the page from the specification beside it; the content security policy allows no eval.
"use strict";

(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  const look = () => {
    const [ink, soft, line] = ["ink", "soft", "line"].map(colour);
    const font = "system-ui, sans-serif";
    return {
      background: null,
      font,
      axis: { labelColor: soft, titleColor: soft, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" },
      legend: { labelColor: ink, titleColor: soft, labelFontSize: 12, orient: "top", title: null },
      title: { color: soft, anchor: "start", fontSize: 12, subtitleColor: soft },
      view: { stroke: null },
    };
  };

  const merged = (ours, theirs) => {
    const result = { ...theirs };
    for (const [key, value] of Object.entries(ours)) {
      const both = value && typeof value === "object" && typeof theirs[key] === "object" && theirs[key];
      result[key] = both ? merged(value, theirs[key]) : value;
    }
    return result;
  };

  // Marks that are dark on paper have to be light on a dark page.
  const inTheDark = { "#202124": "#f4f4f0", "#C8CBCF": "#565b61", "#5F6368": "#b0b4b9", "#0072B2": "#4aa8de", "#D55E00": "#f08a3c", "#E8EAED": "#33373b" };
  const isDark = window.matchMedia("(prefers-color-scheme: dark)");
  const parsed = (text) => JSON.parse(text, (_, value) => (isDark.matches && inTheDark[value]) || value);

  const draw = async (figure) => {
    const plot = figure.querySelector(".plot");
    const spec = parsed(figure.querySelector('script[type="application/json"]').textContent);
    // Views below each other share their left edge: room for the labels of their axes, the same for all.
    const room = 60;
    if ("vconcat" in spec) {
      for (const view of spec.vconcat) {
        view.width = Math.max(180, plot.clientWidth - room - 16);
      }
      spec.config = merged({ axisY: { minExtent: room - 16, maxExtent: room - 16 } }, spec.config ?? {});
    } else if (!("hconcat" in spec || "facet" in spec)) {
      spec.width = "container";
    }
    // A title wider than the plot would narrow the plot: it breaks where its parts meet.
    if (plot.clientWidth < 560 && typeof spec.title?.text === "string") {
      spec.title.text = spec.title.text.split(" · ");
    }
    if (!("vconcat" in spec)) {
      spec.height = plot.classList.contains("tall") ? 300 : 240;
    }
    spec.config = merged(look(), spec.config ?? {});
    delete spec.background;
    await window.vegaEmbed(plot, spec, {
      mode: "vega-lite",
      ast: true,
      actions: false,
      renderer: "svg",
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
      formatLocale: window.zaehlwerkLocale.number,
      timeFormatLocale: window.zaehlwerkLocale.time,
    });
    figure.dataset.drawn = "yes";
  };

  const drawAll = () => document.querySelectorAll(".chart").forEach((figure) => {
    draw(figure).catch((error) => {
      figure.dataset.drawn = "no";
      figure.querySelector(".plot").textContent = "Das Diagramm konnte nicht gezeichnet werden; die Zahlen stehen in der Tabelle.";
      console.error(error);
    });
  });

  drawAll();
  isDark.addEventListener("change", drawAll);
})();
