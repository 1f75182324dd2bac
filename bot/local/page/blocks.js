"use strict";
// Block Kit, drawn as Slack draws it. Nothing outside is ever parsed as HTML: every piece is a text node.

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function link(url, label) {
  return element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

function unescaped(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

// mrkdwn: <url|label>, <@U>, <#C>, <!here>, *bold*, _italic_, ~struck~, `code`.
function mrkdwn(text, names) {
  const out = document.createDocumentFragment();
  const token = /<([^<>]+)>|\*([^*\n]+)\*|(?<![\w])_([^_\n]+)_(?![\w])|~([^~\n]+)~|`([^`\n]+)`/g;
  let last = 0;
  for (const found of text.matchAll(token)) {
    out.append(unescaped(text.slice(last, found.index)));
    last = found.index + found[0].length;
    if (found[1]) out.append(angled(found[1], names));
    else if (found[2]) out.append(element("strong", {}, mrkdwn(found[2], names)));
    else if (found[3]) out.append(element("em", {}, mrkdwn(found[3], names)));
    else if (found[4]) out.append(element("s", {}, mrkdwn(found[4], names)));
    else out.append(element("code", {}, unescaped(found[5])));
  }
  out.append(unescaped(text.slice(last)));
  return out;
}

function angled(inner, names) {
  const [target, label] = inner.split("|");
  if (target.startsWith("@") || target.startsWith("#")) return element("b", {}, target[0] + (names[target.slice(1)] || label || target.slice(1)));
  if (target.startsWith("!")) return element("b", {}, "@" + target.slice(1));
  return link(unescaped(target), unescaped(label || target));
}

function words(object, names) {
  return object.type === "mrkdwn" ? mrkdwn(object.text, names) : object.text;
}

function rich(part, names) {
  const inner = () => part.elements.map((one) => rich(one, names));
  switch (part.type) {
    case "rich_text_section": return element("div", {}, ...inner());
    case "rich_text_quote": return element("blockquote", {}, ...inner());
    case "rich_text_preformatted": return element("pre", { tabindex: "0" }, ...inner());
    case "rich_text_list": return element(part.style === "ordered" ? "ol" : "ul", {}, ...part.elements.map((one) => element("li", {}, rich(one, names))));
    case "link": return link(part.url, part.text || part.url);
    case "user": return element("b", {}, "@" + (names[part.user_id] || part.user_id));
    case "text": {
      const style = part.style || {};
      let made = document.createTextNode(part.text);
      if (style.code) made = element("code", {}, made);
      if (style.italic) made = element("em", {}, made);
      if (style.strike) made = element("s", {}, made);
      if (style.bold) made = element("strong", {}, made);
      return made;
    }
    default: return document.createTextNode("[" + part.type + "]");
  }
}

// ``act(action)`` is called when somebody presses or chooses something.
function drawBlock(block, names, act) {
  const press = (one, extra) => act({ action_id: one.action_id, block_id: block.block_id, type: one.type, ...extra }, one.confirm);
  switch (block.type) {
    case "header": return element("h3", {}, block.text.text);
    case "divider": return element("hr");
    case "context": return element("p", { class: "context" }, ...block.elements.map((one) => element("span", {}, words(one, names))));
    case "rich_text": return element("div", { class: "rich" }, ...block.elements.map((one) => rich(one, names)));
    case "section": return element("div", { class: "section" }, element("div", {}, words(block.text, names)), block.accessory ? control(block.accessory, press) : null);
    case "actions": return element("div", { class: "actions" }, ...block.elements.map((one) => control(one, press)));
    case "input": return input(block, names);
    default: return element("p", { class: "context" }, "[" + block.type + "]");
  }
}

function control(one, press) {
  if (one.type === "overflow") {
    const list = element("ul", { hidden: true }, ...one.options.map((option) => element("li", {}, element("button", { type: "button", onclick: () => { list.hidden = true; press(one, { selected_option: option }); } }, option.text.text))));
    const opener = element("button", { type: "button", "aria-label": "More actions", "aria-expanded": "false", onclick: () => { list.hidden = !list.hidden; opener.setAttribute("aria-expanded", String(!list.hidden)); } }, "⋯");
    return element("div", { class: "overflow" }, opener, list);
  }
  return element("button", { type: "button", class: one.style || null, "aria-label": one.accessibility_label || null, onclick: () => press(one, { value: one.value }) }, one.text.text);
}

function input(block, names) {
  const one = block.element;
  if (one.type === "radio_buttons") {
    return element("fieldset", { "data-block": block.block_id, "data-action": one.action_id }, element("legend", {}, block.label.text),
      ...one.options.map((option) => element("label", {}, element("input", { type: "radio", name: block.block_id, value: option.value }), " ", option.text.text)));
  }
  const id = "field-" + block.block_id;
  if (one.type === "users_select") {
    const people = Object.entries(names).filter(([key]) => key.startsWith("U"));
    return element("div", { class: "field", "data-block": block.block_id, "data-action": one.action_id }, element("label", { for: id }, block.label.text),
      element("select", { id, "data-kind": one.type }, element("option", { value: "" }, block.optional ? "Nobody chosen" : "Choose somebody"), ...people.map(([key, name]) => element("option", { value: key }, name))));
  }
  if (one.type === "datepicker") {
    return element("div", { class: "field", "data-block": block.block_id, "data-action": one.action_id }, element("label", { for: id }, block.label.text),
      element("input", { id, type: "date", "data-kind": one.type, value: one.initial_date || null }));
  }
  const field = one.multiline ? element("textarea", { id, rows: "3", maxlength: one.max_length || null }, one.initial_value || "") : element("input", { id, type: "text", maxlength: one.max_length || null });
  return element("div", { class: "field", "data-block": block.block_id, "data-action": one.action_id }, element("label", { for: id }, block.label.text), field, block.hint ? element("p", { class: "context" }, block.hint.text) : null);
}

function filled(form) {
  const values = {};
  for (const holder of form.querySelectorAll("[data-block]")) {
    const chosen = holder.querySelector("input[type=radio]:checked");
    const typed = holder.querySelector("textarea, input[type=text]");
    const picked = holder.querySelector("[data-kind]");
    if (picked) {
      const name = picked.dataset.kind === "datepicker" ? "selected_date" : "selected_user";
      values[holder.dataset.block] = { [holder.dataset.action]: { type: picked.dataset.kind, [name]: picked.value || null } };
      continue;
    }
    values[holder.dataset.block] = { [holder.dataset.action]: chosen ? { type: "radio_buttons", selected_option: { value: chosen.value } } : { type: "plain_text_input", value: typed ? typed.value : null } };
  }
  return values;
}
