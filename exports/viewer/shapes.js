"use strict";
// What values of an event's fields may be (events.md, its head): each shape says of a parsed value whether it is one.
// An index is up to 15 digits; texts are any, `some` of them not empty; a day exists in the calendar.
(function (Letopis) {
  const isText = (value) => typeof value === "string";
  const matches = (pattern) => (value) => typeof value === "string" && pattern.test(value);
  const integer = (least, most) => (value) => Number.isInteger(value) && value >= least && value <= most;
  const oneOf = (...each) => {
    const words = new Set(each);
    return (value) => words.has(value);
  };
  const anyOf = (...shapes) => (value) => shapes.some((shape) => shape(value));

  const LONGEST = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

  function isDay(value) {
    if (typeof value !== "string" || value.length !== 10 || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return false;
    const [year, month, day] = [Number(value.slice(0, 4)), Number(value.slice(5, 7)), Number(value.slice(8))];
    if (day < 1 || !(day <= LONGEST[month])) return false;
    return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
  }

  const TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";
  const isTime = matches(new RegExp(`^${TIME}$`));
  const AFTER_DAY = new RegExp(`^T${TIME}$`);
  const INSTANT = new RegExp(`^T${TIME}:[0-5][0-9]\\.[0-9]{6}Z$`);
  const dayThen = (rest) => (value) => isText(value) && isDay(value.slice(0, 10)) && rest.test(value.slice(10));

  // An object of these members and no other; of those whose name ends in `?` any may be absent.
  function object(members) {
    const fields = fieldsOf(members);
    return (value) => isObject(value) && fitsFields(fields, value);
  }

  function fieldsOf(members) {
    return Object.entries(members)
      .map(([name, shape]) => ({ name: name.replace("?", ""), isOptional: name.endsWith("?"), shape }))
      .sort((one, two) => (one.name < two.name ? -1 : 1));
  }

  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  function fitsFields(fields, value) {
    let found = 0;
    for (const { name, isOptional, shape } of fields) {
      if (Object.hasOwn(value, name)) {
        if (!shape(value[name])) return false;
        found += 1;
      } else if (!isOptional) {
        return false;
      }
    }
    return found === Object.keys(value).length;
  }

  const array = (shape, least, most = Infinity) => (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(shape);

  // An array of some of these words, in their order, each once.
  const someOf = (words, least) => (value) => {
    if (!array(oneOf(...words), least)(value)) return false;
    const places = value.map((word) => words.indexOf(word));
    return places.every((place, at) => at === 0 || places[at - 1] < place);
  };

  const uuid = matches(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  const digest = matches(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/);
  const index = integer(0, 999999999999999);

  const SHAPES = {
    uuid, index, digest,
    text: isText,
    some: (value) => typeof value === "string" && value !== "",
    boolean: (value) => value === true || value === false,
    nothing: (value) => value === null,
    day: isDay,
    time: isTime,
    minute: dayThen(AFTER_DAY),
    instant: dayThen(INSTANT),
    month: matches(/^[0-9]{4}-(?:0[1-9]|1[0-2])$/),
    hash: matches(/^[0-9a-f]{64}$/),
    link: matches(/^https?:\/\/[A-Za-z0-9.-]{1,200}(?::[0-9]{1,5})?(?:\/[!#-[\]-~]{0,299})?$/),
    grades: array(integer(1, 99), 1),
    digests: array(digest, 0),
    note: array(digest, 1, 1),
    ids: (most) => array(uuid, 1, most),
    place: integer(0, 12),
    pages: integer(1, 99999),
    countFrom1: integer(1, 999999999999999),
    orNothing: (shape) => (value) => value === null || shape(value),
    anyOf, array, integer, matches, object, oneOf, someOf,
  };

  Object.assign(Letopis, { SHAPES, fieldsOf, fitsFields, isDay, isObject });
})((globalThis.Letopis = globalThis.Letopis || {}));
