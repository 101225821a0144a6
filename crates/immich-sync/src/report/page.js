// Tabs, filters, keys, a large view, and a list of decisions to copy. Everything that is shown is put in as text; the
// page can be read without any of this.
'use strict';
(() => {
  const all = (what, where = document) => Array.from(where.querySelectorAll(what));
  const one = (what, where = document) => where.querySelector(what);
  const make = (name, attributes = {}, ...content) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...content);
    return element;
  };
  // Words in another language than that of this script.
  const words = JSON.parse(one('main').dataset.words ?? '{}');
  const say = (text) => words[text] ?? text;
  const tabs = all('.classes a');
  const sections = all('.class');
  const groups = all('.group');
  document.documentElement.classList.add('js');

  // Tabs -------------------------------------------------------------------------------------------------------------
  one('.classes').setAttribute('role', 'tablist');
  tabs.forEach((tab, index) => {
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', sections[index].id);
    sections[index].setAttribute('role', 'tabpanel');
    sections[index].setAttribute('aria-labelledby', tab.id);
    tab.addEventListener('click', (event) => { event.preventDefault(); open(index); });
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      open((index + step + tabs.length) % tabs.length);
      tabs[current].focus();
    });
  });
  let current = 0;
  const open = (index) => {
    current = index;
    tabs.forEach((tab, at) => {
      tab.setAttribute('aria-selected', String(at === index));
      tab.tabIndex = at === index ? 0 : -1;
      sections[at].hidden = at !== index;
    });
    history.replaceState(null, '', '#' + sections[index].id);
    window.scrollTo(0, 0);
  };

  // Filters ----------------------------------------------------------------------------------------------------------
  const sought = make('input', { type: 'search', placeholder: say('Name, folder, year …'), 'aria-label': say('Only groups with these words') });
  const least = make('select', { 'aria-label': say('Only groups with this much to win') });
  for (const [bytes, label] of [[0, say('any size')], [1e6, say('1 MB or more')], [1e7, say('10 MB or more')], [1e8, say('100 MB or more')]]) {
    least.append(make('option', { value: bytes }, label));
  }
  const helpButton = make('button', { type: 'button', 'aria-label': say('Keys') }, '?');
  one('.bar').append(make('div', { class: 'tools', role: 'search' }, sought, least, helpButton));
  const counts = tabs.map((tab) => one('.n', tab).textContent);
  const texts = new Map();
  const text = (group) => {
    if (!texts.has(group)) texts.set(group, group.textContent.toLowerCase());
    return texts.get(group);
  };
  const nothing = sections.map((section) => {
    const line = make('p', { class: 'nothing', role: 'status', hidden: '' }, say('No group here fits the filter.'));
    section.append(line);
    return line;
  });
  const filter = () => {
    const wanted = sought.value.toLowerCase().split(/\s+/).filter(Boolean);
    const bytes = Number(least.value);
    const filters = wanted.length > 0 || bytes > 0;
    for (const group of groups) {
      group.hidden = filters && !(Number(group.dataset.gain) >= bytes && wanted.every((word) => text(group).includes(word)));
    }
    sections.forEach((section, index) => {
      const inside = all('.group', section);
      const left = inside.filter((group) => !group.hidden).length;
      one('.n', tabs[index]).textContent = filters ? left + ' ' + say('of') + ' ' + inside.length : counts[index];
      nothing[index].hidden = !filters || left > 0 || inside.length === 0;
    });
  };
  sought.addEventListener('input', filter);
  least.addEventListener('change', filter);

  // Decisions: which commands to copy --------------------------------------------------------------------------------
  const KEY = 'immich-sync report';
  const chosen = new Map();
  const remember = () => {
    try { localStorage.setItem(KEY, JSON.stringify(Array.from(chosen, ([id, keep]) => [id, Array.from(keep)]))); } catch { /* a private window */ }
  };
  const command = ([id, keep]) => 'immich-sync organize decide ' + id
    + (keep.size === 0 ? ' --ignore' : Array.from(keep, (photo) => ' --keep ' + photo).join(''))
    + one('main').dataset.options;
  const cartText = make('span', { role: 'status' });
  const showLines = make('button', { type: 'button' }, say('Show commands'));
  const forget = make('button', { type: 'button' }, say('Forget'));
  const cart = make('div', { class: 'cart', hidden: '' }, cartText, showLines, forget);
  document.body.append(cart);
  const refresh = (group) => {
    const keep = chosen.get(group.dataset.id);
    group.classList.toggle('decided', keep !== undefined);
    for (const button of all('.choose', group)) {
      const photo = button.dataset.photo;
      button.setAttribute('aria-pressed', String(keep !== undefined && (photo ? keep.has(photo) : keep.size === 0)));
    }
    cart.hidden = chosen.size === 0;
    cartText.textContent = chosen.size === 1 ? say('1 decision') : chosen.size + ' ' + say('decisions');
  };
  const keepPhoto = (group, photo) => {
    const keep = new Set(chosen.get(group.dataset.id));
    if (!keep.delete(photo)) keep.add(photo);
    if (keep.size > 0) chosen.set(group.dataset.id, keep); else chosen.delete(group.dataset.id);
    refresh(group);
    remember();
  };
  const ignore = (group) => {
    const id = group.dataset.id;
    if (chosen.get(id)?.size === 0) chosen.delete(id); else chosen.set(id, new Set());
    refresh(group);
    remember();
  };
  for (const group of groups) {
    for (const photo of all('.photo', group)) {
      const keep = make('button', { type: 'button', class: 'choose', 'aria-pressed': 'false', 'data-photo': photo.dataset.photo, 'aria-label': say('Keep') + ' ' + one('.name', photo).textContent }, say('Keep'));
      one('.marks', photo).append(keep);
    }
    const not = make('button', { type: 'button', class: 'choose', 'aria-pressed': 'false' }, say('No duplicates'));
    one('details', group).before(not);
  }
  document.addEventListener('click', (event) => {
    const button = event.target.closest('.choose');
    const group = event.target.closest('.group');
    if (button && group) {
      if (button.dataset.photo) keepPhoto(group, button.dataset.photo); else ignore(group);
    } else if (event.target.closest('.picture img')) {
      enlarge(event.target.closest('.photo'));
    }
  });
  try {
    const ids = new Map(groups.map((group) => [group.dataset.id, group]));
    for (const [id, keep] of JSON.parse(localStorage.getItem(KEY) ?? '[]')) {
      const group = ids.get(id);
      const photos = group && all('.photo', group).map((photo) => photo.dataset.photo);
      if (group && keep.every((photo) => photos.includes(photo))) chosen.set(id, new Set(keep));
    }
    groups.filter((group) => chosen.has(group.dataset.id)).forEach(refresh);
  } catch { /* what is remembered is not ours */ }

  // Windows ----------------------------------------------------------------------------------------------------------
  const dialog = (title, name, ...content) => {
    const close = make('form', { method: 'dialog' }, make('button', {}, say('Close')));
    const box = make('dialog', { class: name, 'aria-label': title }, ...content, close);
    document.body.append(box);
    return box;
  };
  const keys = [['j k', say('next and previous group')], ['← →', say('photos of a group')], ['1 – 4', say('classes')], ['/', say('filter')],
    ['Enter', say('paths and commands')], ['z', say('large view')], ['b', say('blink: the photo to keep and this one by turns')],
    ['c', say('choose this photo to keep')], ['n', say('no duplicates')], ['?', say('this list')]];
  const list = make('dl', { class: 'keys' });
  for (const [key, what] of keys) {
    const caps = key.split(' ').map((cap) => (cap === '–' ? ' – ' : make('kbd', {}, cap)));
    list.append(make('dt', {}, ...caps), make('dd', {}, what));
  }
  const help = dialog(say('Keys'), 'help', make('h2', {}, say('Keys')), list);
  helpButton.addEventListener('click', () => help.showModal());
  const lines = make('textarea', { class: 'lines', readonly: '', 'aria-label': say('Commands'), spellcheck: 'false' });
  const copy = make('button', { type: 'button', class: 'choose' }, say('Copy'));
  const commands = dialog(say('Commands'), 'commands', make('h2', {}, say('Run these to decide')), lines, make('div', { class: 'choice' }, copy));
  showLines.addEventListener('click', () => {
    lines.value = Array.from(chosen, command).join('\n');
    copy.textContent = say('Copy');
    commands.showModal();
    lines.select();
  });
  copy.addEventListener('click', async () => {
    lines.select();
    try { await navigator.clipboard.writeText(lines.value); } catch { document.execCommand('copy'); }
    copy.textContent = say('Copied');
  });
  forget.addEventListener('click', () => {
    chosen.clear();
    remember();
    groups.forEach(refresh);
  });

  // Large view -------------------------------------------------------------------------------------------------------
  const stage = make('div', { class: 'stage' });
  const below = make('div', { class: 'below' });
  const blinkButton = make('button', { type: 'button' }, say('Blink'));
  const view = dialog(say('Large view'), 'view', stage, below);
  let seen = null;
  let timer = 0;
  const best = (photo) => one('.photo', photo.closest('.group'));
  const show = (photo) => {
    const image = one('img', photo);
    stage.replaceChildren(image ? make('img', { src: image.src, alt: image.alt }) : say('no picture'));
    const link = one('.name > *', photo).cloneNode(true);
    below.replaceChildren(link, make('span', {}, one('.size', photo).textContent), make('span', {}, all('.marks span', photo).map((mark) => mark.textContent).join(' · ')), blinkButton);
  };
  const enlarge = (photo) => {
    seen = photo;
    show(photo);
    if (!view.open) view.showModal();
  };
  const still = () => {
    clearInterval(timer);
    timer = 0;
    blinkButton.setAttribute('aria-pressed', 'false');
  };
  const blink = () => {
    if (timer) { still(); show(seen); return; }
    let keeper = seen !== best(seen);
    const turn = () => { show(keeper ? best(seen) : seen); keeper = !keeper; };
    turn();
    timer = setInterval(turn, 600);
    blinkButton.setAttribute('aria-pressed', 'true');
  };
  blinkButton.addEventListener('click', blink);
  view.addEventListener('close', () => { still(); stage.replaceChildren(); seen?.focus(); });

  // Keys -------------------------------------------------------------------------------------------------------------
  const group = () => document.activeElement?.closest('.group');
  const photo = () => document.activeElement?.closest('.photo') ?? (group() && one('.photo', group()));
  const focus = (element) => {
    if (!element) return;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: 'nearest' });
  };
  const walk = (step) => {
    const seenNow = all('.group', sections[current]).filter((each) => !each.hidden);
    const at = seenNow.indexOf(group());
    focus(seenNow[at < 0 ? 0 : Math.min(Math.max(at + step, 0), seenNow.length - 1)]);
  };
  const beside = (step) => {
    const from = view.open ? seen : document.activeElement?.closest('.photo');
    const photos = all('.photo', from?.closest('.group') ?? group() ?? document.createElement('i'));
    const next = photos[from ? Math.min(Math.max(photos.indexOf(from) + step, 0), photos.length - 1) : 0];
    if (view.open) { still(); enlarge(next); } else focus(next);
  };
  const acts = {
    j: () => walk(1), ArrowDown: () => walk(1), k: () => walk(-1), ArrowUp: () => walk(-1),
    l: () => beside(1), ArrowRight: () => beside(1), h: () => beside(-1), ArrowLeft: () => beside(-1),
    '/': () => { sought.focus(); sought.select(); }, '?': () => help.showModal(),
    z: () => photo() && enlarge(photo()),
    b: () => {
      const from = photo();
      if (!from) return;
      enlarge(from === best(from) ? all('.photo', from.closest('.group'))[1] ?? from : from);
      blink();
    },
    c: () => photo() && keepPhoto(group(), photo().dataset.photo),
    n: () => group() && ignore(group()),
    Enter: () => { const details = group() && one('details', group()); if (details) details.open = !details.open; },
  };
  const inView = { ...acts, j: undefined, k: undefined, ArrowDown: undefined, ArrowUp: undefined, '/': undefined,
    '?': undefined, Enter: undefined, n: undefined, z: () => view.close(), b: blink,
    c: () => keepPhoto(seen.closest('.group'), seen.dataset.photo) };
  tabs.forEach((_, index) => { acts[index + 1] = () => open(index); });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target === sought && event.key === 'Escape') { sought.value = ''; filter(); sought.blur(); return; }
    if (event.target.closest('input, select, textarea')) return;
    if (event.key === 'Enter' && event.target.closest('a, button, summary')) return;
    const windowIsOpen = one('dialog[open]');
    const act = windowIsOpen ? (view.open ? inView[event.key] : undefined) : acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  const named = sections.findIndex((section) => '#' + section.id === location.hash);
  const filled = sections.findIndex((section) => one('.group', section));
  open(named >= 0 ? named : Math.max(filled, 0));
})();
