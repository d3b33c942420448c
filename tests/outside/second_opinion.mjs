import ICAL from "ical.js";
import fs from "fs";
import readline from "readline";

const formats = {};
const formatOf = (zone) => (formats[zone] ??= new Intl.DateTimeFormat("en-US", {
  timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
  hour: "numeric", minute: "numeric", second: "numeric",
}));
const isKnown = (zone) => { try { return Boolean(formatOf(zone)); } catch { return false; } };
const shown = (instant, zone) => {
  const part = {};
  for (const { type, value } of formatOf(zone).formatToParts(instant)) part[type] = +value;
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
};
const wallOf = (t) => Date.UTC(t.year, t.month - 1, t.day, t.hour, t.minute, t.second);
const atWall = (wall, zone) => {
  let instant = wall;
  for (let n = 0; n < 3; n++) instant -= shown(instant, zone) - wall;
  return instant;
};

class Clocks {
  constructor(calendar, home) {
    this.home = home;
    this.own = new Set();
    ICAL.TimezoneService.reset();
    for (const block of calendar.getAllSubcomponents("vtimezone")) {
      const zone = new ICAL.Timezone(block);
      this.own.add(zone.tzid);
      ICAL.TimezoneService.register(zone);
    }
    // Names without a block: the engine only has to carry them to us.
    for (const [, , value] of JSON.stringify(calendar).matchAll(/"(tzid)":"([^"]*)"/g))
      if (!ICAL.TimezoneService.has(value))
        ICAL.TimezoneService.register(
          new ICAL.Timezone({ tzid: value, component: new ICAL.Component("vtimezone") }));
    const named = calendar.getFirstPropertyValue("x-wr-timezone");
    this.floating = named && isKnown(named) ? named : home;
  }

  instant(t) {
    const name = t.zone?.tzid ?? "floating";
    if (t.isDate) return atWall(wallOf(t), this.home);
    if (name === "UTC" || name === "Z") return wallOf(t);
    if (name !== "floating" && isKnown(name)) return atWall(wallOf(t), name);
    if (this.own.has(name)) return t.toUnixTime() * 1000;
    return atWall(wallOf(t), this.floating);
  }
}

const isBlocking = (part) =>
  part.getFirstPropertyValue("status") !== "CANCELLED" &&
  part.getFirstPropertyValue("transp") !== "TRANSPARENT" &&
  part.getFirstPropertyValue("x-microsoft-cdo-busystatus") !== "FREE";
const uidOf = (part) => part.getFirstPropertyValue("uid");

const readCalendar = (calendar, { last, home }) => {
  const clocks = new Clocks(calendar, home);
  const found = [];
  const put = (start, end, part) => {
    const [begins, ends] = [clocks.instant(start), clocks.instant(end)];
    if (begins < ends && isBlocking(part)) found.push([begins / 1000, ends / 1000]);
  };
  const parts = calendar.getAllSubcomponents("vevent");
  const masters = parts.filter((part) => !part.hasProperty("recurrence-id"));
  const changes = parts.filter((part) => part.hasProperty("recurrence-id"));
  for (const part of masters) {
    const exceptions = changes.filter((change) => uidOf(change) === uidOf(part));
    const event = new ICAL.Event(part, { exceptions });
    if (!event.startDate) continue;
    if (!event.isRecurring()) { put(event.startDate, event.endDate, part); continue; }
    const iterator = event.iterator();
    for (let n = 0, next; n < 100000 && (next = iterator.next()); n++) {
      if (clocks.instant(next) / 1000 > last + 90000) break;
      const one = event.getOccurrenceDetails(next);
      put(one.startDate, one.endDate, one.item.component);
    }
  }
  const known = new Set(masters.map(uidOf));
  for (const part of changes.filter((change) => !known.has(uidOf(change)))) {
    const event = new ICAL.Event(part);
    if (event.startDate) put(event.startDate, event.endDate, part);
  }
  return found;
};

const read = (asked) => {
  const text = fs.readFileSync(asked.path, "utf8").trim();
  const whole = /^BEGIN:VCALENDAR/i.test(text) ? text : `BEGIN:VCALENDAR\r\n${text}\r\nEND:VCALENDAR`;
  const parsed = ICAL.parse(whole);
  const roots = Array.isArray(parsed[0]) ? parsed : [parsed];
  return roots.flatMap((root) => readCalendar(new ICAL.Component(root), asked));
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  let answer;
  try { answer = { busy: read(JSON.parse(line)) }; }
  catch (problem) { answer = { problem: String(problem).slice(0, 200) }; }
  console.log(JSON.stringify(answer));
}
