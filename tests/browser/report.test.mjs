// The report page in a real browser: what it shows, that it can be used by keyboard and on a phone, and that no name in it
// becomes anything but text. Started by `cargo xtask browser`, which makes the pages and says where they are:
//   PAGES        folder with library.html, german.html, hostile.html, many.html, empty.html
//   CHROMIUM     the browser
//   SCREENSHOTS  folder for the picture of the README; none is taken without it
import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

const { PAGES, CHROMIUM, SCREENSHOTS } = process.env;
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const SWITCHES = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: SWITCHES });
});
after(() => browser?.close());

// Opens a page; what it complains about, asks and fetches is in `heard`.
const opened = async (name, options = {}) => {
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const heard = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && heard.push(message.text()));
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('dialog', (dialog) => { heard.push('dialog: ' + dialog.message()); dialog.dismiss(); });
  page.on('request', (request) => /^(file|data|blob):/.test(request.url()) || heard.push('request: ' + request.url()));
  await page.goto(pathToFileURL(path.join(PAGES, name)).href);
  return { page, heard, close: () => context.close() };
};
const focused = (page, what = 'id') => page.evaluate((name) => document.activeElement.closest('.group')?.[name], what);
const press = async (page, ...keys) => { for (const key of keys) await page.keyboard.press(key); };
const faults = async (page) => {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  return grave.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html).join(' | ')}`);
};

for (const name of ['library.html', 'hostile.html', 'many.html', 'empty.html']) {
  test(`${name} opens without a complaint, a question or a request`, async () => {
    const { page, heard, close } = await opened(name);
    await press(page, 'j', 'k', '2', '1', '3', '4', '?', 'Escape');
    assert.deepEqual(heard, []);
    assert.equal(await page.locator('h1').innerText(), 'Duplicates and similar photos');
    await close();
  });
}

test('a German page is German to its last button', async () => {
  const { page, heard, close } = await opened('german.html');
  assert.equal(await page.getAttribute('html', 'lang'), 'de');
  assert.equal(await page.locator('h1').innerText(), 'Duplikate und ähnliche Fotos');
  await press(page, '?');
  const help = await page.locator('dialog.help').innerText();
  for (const words of ['Tasten', 'blinken: das zu behaltende Foto und dieses im Wechsel', 'Schließen']) {
    assert.ok(help.includes(words), help);
  }
  await press(page, 'Escape', '/');
  await page.keyboard.type('R6_0231');
  assert.equal(await page.locator('#tab-duplicate .n').innerText(), '1 von 4');
  assert.equal(await page.locator('#exact .nothing').innerText(), 'Keine Gruppe hier passt zum Filter.');
  await press(page, 'Escape', '2', 'j', 'n');
  assert.equal(await page.locator('.cart [role=status]').innerText(), '1 Entscheidung');
  assert.deepEqual(await page.locator('.cart button').allInnerTexts(), ['Befehle zeigen', 'Vergessen']);
  const english = / (the|of|is|are|this|and|with|photos?|groups?)( |$)/;
  for (const key of ['1', '2', '3', '4']) {
    await press(page, key);
    const lines = (await page.locator('body').innerText()).split('\n');
    assert.deepEqual(lines.filter((line) => english.test(line)), []);
  }
  assert.deepEqual(heard, []);
  await close();
});

test('names from elsewhere stay text', async () => {
  const { page, heard, close } = await opened('hostile.html');
  const kinds = await page.evaluate(() => [...new Set([...document.querySelectorAll('*')].map((element) => element.localName))].sort());
  const known = ['a', 'article', 'b', 'bdi', 'body', 'button', 'code', 'dd', 'details', 'dialog', 'div', 'dl', 'dt', 'figcaption',
    'figure', 'form', 'h1', 'h2', 'h3', 'head', 'header', 'html', 'input', 'kbd', 'li', 'main', 'meta', 'nav', 'ol', 'option', 'p',
    'script', 'section', 'select', 'span', 'style', 'summary', 'textarea', 'title', 'ul'];
  assert.deepEqual(kinds.filter((kind) => !known.includes(kind)), []);
  assert.equal(await page.locator('script').count(), 1);
  assert.equal(await page.evaluate(() => [...document.querySelectorAll('*')].filter((element) =>
    [...element.attributes].some(({ name }) => name.startsWith('on') || name === 'style')).length), 0);
  assert.deepEqual(await page.evaluate(() => [...document.links].map((link) => link.protocol).filter((protocol) => protocol !== 'file:')), []);
  assert.ok((await page.locator('.group').first().innerText()).includes('<script>alert(1)</script>'));
  assert.ok((await page.locator('main').innerText()).includes('\\u{202e}gpj.exe'));
  assert.deepEqual(heard, []);
  await close();
});

test('the page runs its own script and no other', async () => {
  const { page, heard, close } = await opened('library.html');
  const ran = await page.evaluate(() => new Promise((resolve) => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    const image = document.createElement('img');
    image.setAttribute('onerror', 'window.ran = true');
    image.src = 'data:image/png;base64,AAAA';
    const far = document.createElement('img');
    far.src = 'https://example.org/a.png';
    document.body.append(script, image, far);
    setTimeout(() => resolve(window.ran), 300);
  }));
  assert.equal(ran, undefined);
  assert.ok(heard.some((line) => line.includes('Content Security Policy')), heard.join('\n'));
  assert.ok(heard.some((line) => line.startsWith('Loading the image')), heard.join('\n'));
  await close();
});

test('tabs show one class each, by mouse and by key', async () => {
  const { page, close } = await opened('library.html');
  const seen = () => page.evaluate(() => [...document.querySelectorAll('.class')].filter((section) => !section.hidden).map(({ id }) => id));
  assert.deepEqual(await seen(), ['exact']);
  await page.click('#tab-similar');
  assert.deepEqual(await seen(), ['similar']);
  await press(page, '2');
  assert.deepEqual(await seen(), ['duplicate']);
  assert.equal(await page.getAttribute('#tab-duplicate', 'aria-selected'), 'true');
  await page.focus('#tab-duplicate');
  await press(page, 'ArrowRight');
  assert.deepEqual(await seen(), ['burst']);
  await page.reload();
  assert.deepEqual(await seen(), ['burst']);
  await close();
});

test('keys walk through groups and photos and open what they hold', async () => {
  const { page, close } = await opened('library.html');
  await press(page, '2', 'j');
  const first = await focused(page);
  await press(page, 'j');
  const second = await focused(page);
  assert.ok(first && second && first !== second);
  await press(page, 'ArrowUp');
  assert.equal(await focused(page), first);
  await press(page, 'k', 'k');
  assert.equal(await focused(page), first, 'the first group is the end');
  await press(page, 'Enter');
  assert.equal(await page.evaluate(() => document.activeElement.querySelector('details').open), true);
  await press(page, 'ArrowRight', 'ArrowRight');
  assert.equal(await page.evaluate(() => document.activeElement.matches('.photo:nth-child(2)')), true);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, 'solid', 'what has the focus is seen');
  await press(page, 'z');
  assert.equal(await page.locator('dialog.view').isVisible(), true);
  await press(page, 'Escape');
  assert.equal(await page.locator('dialog.view').isVisible(), false);
  assert.equal(await page.evaluate(() => document.activeElement.matches('.photo:nth-child(2)')), true, 'the focus comes back');
  await close();
});

test('blinking shows the photo to keep and the other by turns', async () => {
  const { page, close } = await opened('library.html');
  await press(page, '2', 'j', 'j', 'b');
  const pictures = new Set();
  for (let turn = 0; turn < 8; turn += 1) {
    pictures.add(await page.getAttribute('.view .stage img', 'src'));
    await page.waitForTimeout(250);
  }
  assert.equal(pictures.size, 2);
  await press(page, 'b');
  await page.waitForTimeout(50);
  const still = await page.getAttribute('.view .stage img', 'src');
  await page.waitForTimeout(900);
  assert.equal(await page.getAttribute('.view .stage img', 'src'), still);
  await close();
});

test('filters leave the groups that fit, and say so', async () => {
  const { page, close } = await opened('library.html');
  const seen = () => page.evaluate(() => [...document.querySelectorAll('.group')].filter((group) => !group.hidden).length);
  const everything = await seen();
  await press(page, '/');
  await page.keyboard.type('R6_0231');
  assert.equal(await seen(), 1);
  assert.equal(await page.locator('#tab-duplicate .n').innerText(), '1 of 4');
  assert.equal(await page.locator('#exact .nothing').isVisible(), true);
  await press(page, 'Escape');
  assert.equal(await seen(), everything);
  await page.selectOption('.tools select', '10000000');
  assert.equal(await seen(), 1);
  await close();
});

test('decisions become commands to copy and are still there after a reload', async () => {
  const { page, close } = await opened('library.html');
  await press(page, '2', 'j', 'ArrowRight', 'ArrowRight', 'c', 'j', 'n');
  assert.equal(await page.locator('.cart [role=status]').innerText(), '2 decisions');
  await page.reload();
  await page.click('.cart button:has-text("commands")');
  const lines = (await page.inputValue('.lines')).split('\n');
  assert.equal(lines.length, 2);
  assert.match(lines[0], /^immich-sync organize decide [0-9a-f]{12} --keep [0-9a-f-]{36}$/);
  assert.match(lines[1], /^immich-sync organize decide [0-9a-f]{12} --ignore$/);
  await press(page, 'Escape');
  await page.click('.cart button:has-text("Forget")');
  assert.equal(await page.locator('.cart').isVisible(), false);
  await close();
});

for (const width of [390, 320]) {
  test(`nothing is wider than a screen of ${width} pixels`, async () => {
    for (const name of ['library.html', 'german.html', 'hostile.html', 'empty.html']) {
      const { page, close } = await opened(name, { viewport: { ...PHONE, width } });
      for (const key of ['1', '2', '3', '4']) {
        await press(page, key);
        await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
        const over = await page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth);
        assert.ok(over <= 0, `${name}, class ${key}: ${over} pixels too wide`);
      }
      await close();
    }
  });
}

for (const colorScheme of ['light', 'dark']) {
  for (const viewport of [DESKTOP, PHONE]) {
    test(`axe finds nothing grave, ${colorScheme}, ${viewport.width} pixels`, async () => {
      for (const name of ['library.html', 'hostile.html', 'empty.html']) {
        const { page, close } = await opened(name, { colorScheme, viewport });
        for (const key of ['1', '2', '3', '4']) {
          await press(page, key, 'j', 'Enter');
          assert.deepEqual(await faults(page), [], `${name}, class ${key}`);
        }
        await press(page, '?');
        assert.deepEqual(await faults(page), [], `${name}, keys`);
        await close();
      }
      const { page, close } = await opened('library.html', { colorScheme, viewport });
      await press(page, '2', 'j', 'n', 'z');
      assert.deepEqual(await faults(page), [], 'large view');
      await close();
    });
  }
}

test('everything can be read without JavaScript', async () => {
  const { page, close } = await opened('library.html', { javaScriptEnabled: false });
  for (const kind of ['exact', 'duplicate', 'burst', 'similar']) {
    assert.equal(await page.locator(`#${kind} h2`).isVisible(), true, kind);
    assert.ok(await page.locator(`#${kind} .group img`).first().isVisible(), kind);
  }
  assert.equal(await page.locator('.tools').count(), 0);
  await close();
});

test('on paper there are all classes and no buttons', async () => {
  const { page, close } = await opened('library.html');
  await page.emulateMedia({ media: 'print' });
  for (const kind of ['exact', 'duplicate', 'burst', 'similar']) {
    assert.equal(await page.locator(`#${kind} .group`).first().isVisible(), true, kind);
  }
  assert.equal(await page.locator('.choose').first().isVisible(), false);
  assert.equal(await page.locator('.bar').isVisible(), false);
  await close();
});

test('a thousand groups are there at once', async () => {
  const begin = Date.now();
  const { page, close } = await opened('many.html');
  await press(page, '2', 'j', 'j');
  const took = Date.now() - begin;
  assert.equal(await page.locator('.group').count(), 1000);
  assert.ok(await focused(page));
  console.log(`1000 groups: ${took} ms`);
  assert.ok(took < 20_000, `${took} ms`);
  await close();
});

test('the picture of the README is taken', { skip: !SCREENSHOTS && 'not asked for' }, async () => {
  const { page, close } = await opened('library.html', { viewport: { width: 1280, height: 860 } });
  await page.click('#tab-duplicate');
  await page.evaluate(() => document.activeElement.blur());
  await page.screenshot({ path: path.join(SCREENSHOTS, 'organize-report.png') });
  await close();
});
