"use strict";
// Set-up (events.md, "Set-up", "Subgroups", "Lesson plans"): people, years, periods, classes, courses, stays and plans.
(function (Letopis) {
  const NUMBER_MAX = { quarter: 4, trimester: 3, half_year: 2, year: 1 };
  const { OF_PERSONS } = Letopis;

  class SetUp {
    constructor(rules) {
      this.rules = rules;
      this.years = new Map(); // id -> {startsOn, endsOn}
      this.periods = new Map(); // year, kind and grade -> spans
      this.classes = new Map(); // year and grade -> classes
      this.subjects = new Map(); // year and title -> what its courses share
      this.titles = new Set(); // class, subject and title of each subgroup
    }

    school_opened(stream, entry) {
      if (entry.index === 0) this.rules.school = stream.id;
    }

    person_registered(stream, entry, { kind, _sd: digests }) {
      const { rules } = this;
      if (!rules.makes(stream)) return;
      if (!Letopis.rises(digests) || digests.length > OF_PERSONS.length) {
        rules.find("data-field", `up to ${OF_PERSONS.length} sorted digests`, Letopis.spelt(digests), "data._sd");
      }
      rules.disclose(entry, digests, OF_PERSONS);
      const known = rules.disclosures.known(digests);
      if (known.length > 0 && known.length < digests.length) rules.blocking.partly.push(stream.id);
      stream.kind = kind;
      stream.disclosed = known;
      rules.people.set(stream.id, stream);
    }

    school_year_opened(stream, _entry, { starts_on: startsOn, ends_on: endsOn }) {
      stream.endsOn = endsOn;
      if (this.rules.makes(stream) && this.rules.checkSpan(startsOn, endsOn, "ends_on")) this.years.set(stream.id, { startsOn, endsOn });
    }

    // A year lists what the entry before makes in it.
    period_listed(stream, entry, { period }) {
      this.lists(stream, entry, this.rules.made("period", period, "period"));
    }

    class_group_listed(stream, entry, { class_group: group }) {
      this.lists(stream, entry, this.rules.made("class", group, "class_group"));
    }

    lists(year, entry, listed) {
      if (listed && (listed.version !== 1 || listed.last !== entry.index - 1 || listed.year !== year.id)) {
        this.rules.find("data-field", "what the entry before makes in this year", listed.key);
      }
    }

    period_defined(stream, _entry, { year, kind, number, grades, starts_on: startsOn, ends_on: endsOn }) {
      const { rules } = this;
      if (!rules.makes(stream)) return;
      if (!Letopis.rises(grades)) rules.find("data-field", "sorted grades", Letopis.spelt(grades), "data.grades");
      rules.made("year", year, "year");
      if (!rules.checkSpan(startsOn, endsOn, "ends_on")) return;
      if (number < 1 || number > NUMBER_MAX[kind]) {
        rules.find("data-field", `a number up to ${NUMBER_MAX[kind]}`, number, "data.number");
        return;
      }
      Object.assign(stream, { year, kind, number, startsOn, endsOn });
      const each = [...new Set(grades)];
      // Of one kind, year and grade no two periods have a number or a day in common.
      const places = each.map((grade) => `${year} ${kind} ${grade}`);
      const collides = (other) => other.number === number || (other.startsOn <= endsOn && startsOn <= other.endsOn);
      if (places.some((place) => (this.periods.get(place) || []).some(collides))) {
        rules.find("period-overlap", "another number on other days", `${kind} ${number} of ${startsOn}`);
        return;
      }
      for (const place of places) listOf(this.periods, place).push(stream);
      stream.grades = each;
      rules.journals.periodDefined(stream);
    }

    class_group_opened(stream, _entry, { year, grade, class_teacher: teacher }) {
      const { rules } = this;
      if (!rules.makes(stream)) return;
      if (teacher !== undefined) {
        rules.person(teacher, "class_teacher", "teacher");
        if (this.years.has(year)) rules.accounts.checkEmployed(teacher, this.years.get(year).startsOn, "class_teacher");
        stream.assignments.push({ startsOn: "", teacher });
      }
      rules.made("year", year, "year");
      Object.assign(stream, { year, grade });
      listOf(this.classes, `${year} ${grade}`).push(stream);
    }

    class_teacher_assigned(stream, entry, { teacher, starts_on: startsOn, request }) {
      this.assign("class_teacher_assigned", stream, entry, teacher, startsOn, request);
    }

    // On one day a student is in one class of a year at most.
    student_enrolled(stream, entry, { student, starts_on: startsOn, request }) {
      const { rules } = this;
      const person = rules.person(student, "student", "student");
      rules.backdatings.begins(["student_enrolled", student, startsOn], stream, entry, request);
      const stay = person.stays.get(stream.year);
      if (stay && (stay.endsOn === null || startsOn <= stay.endsOn)) {
        rules.find("enrollment", "a day after the last stay of the year", startsOn, "data.starts_on");
      }
      if (stream.isPartial) return;
      const fresh = { group: stream.key, startsOn, endsOn: null };
      person.stays.set(stream.year, fresh);
      listOf(stream.roster, person).push(fresh);
    }

    student_left(stream, entry, { student, ends_on: endsOn, request }) {
      const { rules } = this;
      const person = rules.person(student, "student", "student");
      rules.backdatings.ends(["student_left", student, endsOn], stream, entry, request);
      const stay = person.stays.get(stream.year);
      if (stay && stay.group === stream.key && stay.endsOn === null) {
        rules.checkSpan(stay.startsOn, endsOn, "ends_on");
        stay.endsOn = endsOn;
      } else if (!rules.start) {
        rules.find("enrollment", "a student of this class", student, "data.student");
      }
    }

    course_opened(stream, _entry, { class_group: groupId, subject, year, subgroup }) {
      const { rules } = this;
      if (!rules.makes(stream)) return;
      rules.made("year", year, "year");
      const group = rules.made("class", groupId, "class_group");
      if (group) group.courses.push(stream);
      const title = `${year} ${subject}`;
      if (!this.subjects.has(title)) this.subjects.set(title, { marks: new Map(), sheets: [], graded: new Map(), courses: [] });
      Object.assign(stream, { group, subject, year, taught: this.subjects.get(title) });
      stream.taught.courses.push(stream);
      if (subgroup === undefined) return;
      stream.subgroup = subgroup;
      if (!group) return;
      // Of one class and subject no two courses have one subgroup.
      const name = JSON.stringify([group.key, subject, subgroup]);
      if (this.titles.has(name)) rules.find("subgroup", "a subgroup of another title", subgroup, "data.subgroup");
      this.titles.add(name);
    }

    subgroup_listed(group, entry, { course: id }) {
      const course = this.rules.made("course", id, "course");
      if (!course) return;
      const isOwn = (course.group === group || course.group === null) && course.subgroup !== null;
      if (!isOwn || course.version !== 1 || course.last !== entry.index - 1) {
        this.rules.find("data-field", "the subgroup that the entry before opens here", course.key);
      }
    }

    // On one day a student is in one subgroup of a class and subject at most.
    subgroup_joined(course, entry, { student, starts_on: startsOn, request }) {
      const { rules } = this;
      const person = rules.person(student, "student", "student");
      rules.backdatings.begins(["subgroup_joined", student, startsOn], course, entry, request);
      if (course.isPartial) return;
      if (course.subgroup === null) rules.find("subgroup", "a course with a subgroup", course.key);
      const place = `${course.group ? course.group.key : course.key} ${course.subject}`;
      const last = person.subgroups.get(place);
      if (last && (last.endsOn === null || startsOn <= last.endsOn)) {
        rules.find("subgroup", "a day after the last stay in a subgroup", startsOn, "data.starts_on");
      }
      const stay = { group: course.key, startsOn, endsOn: null };
      person.subgroups.set(place, stay);
      listOf(course.members, person).push(stay);
    }

    subgroup_left(course, entry, { student, ends_on: endsOn, request }) {
      const { rules } = this;
      const person = rules.person(student, "student", "student");
      rules.backdatings.ends(["subgroup_left", student, endsOn], course, entry, request);
      if (course.isPartial) return;
      const stay = (course.members.get(person) || []).at(-1);
      if (!stay || stay.endsOn !== null) {
        rules.find("subgroup", "a student of this subgroup", student, "data.student");
        return;
      }
      rules.checkSpan(stay.startsOn, endsOn, "ends_on");
      stay.endsOn = endsOn;
    }

    // Reports who stands in a lesson of a subgroup without being in it on the day.
    checkMember(lesson, person) {
      const { course } = lesson;
      if (!course || course.subgroup === null || course.isPartial) return;
      if (!Letopis.holds(course.members.get(person) || [], lesson.heldOn)) {
        this.rules.find("subgroup-member", "a student of this subgroup", person.id, "data.student");
      }
    }

    teacher_assigned(course, entry, { teacher, starts_on: startsOn, request }) {
      this.assign("teacher_assigned", course, entry, teacher, startsOn, request);
    }

    // The next teacher of a course, or of a class.
    assign(what, stream, entry, teacher, startsOn, request) {
      this.rules.person(teacher, "teacher", "teacher");
      this.rules.accounts.checkEmployed(teacher, startsOn, "teacher");
      this.rules.backdatings.begins([what, teacher, startsOn], stream, entry, request);
      stream.assignments.push({ startsOn, teacher });
    }
  }

  // Lesson plans (КТП), each in the stream `plan/` under its course's id.
  class Plans {
    constructor(rules) {
      this.rules = rules;
    }

    lesson_plan_imported(plan, entry, { items }) {
      const { rules } = this;
      if (!rules.makes(plan)) return;
      rules.made("course", plan.id, "items");
      plan.command = entry.command;
      this.take(plan, entry, items);
    }

    lesson_plan_continued(plan, entry, { items }) {
      if (plan.isPartial) return;
      if (plan.command !== entry.command || plan.last !== entry.index - 1) {
        this.rules.find("plan-item", "the plan's entry just before, of one command", plan.key);
      }
      this.take(plan, entry, items);
    }

    lesson_plan_amended(plan, entry, { number, old, new: fresh }) {
      const { rules } = this;
      const stood = plan.items.has(number) ? plan.items.get(number) : "null";
      const [was, is] = [Letopis.spelt(old), Letopis.spelt(fresh)];
      if (!plan.isPartial && stood !== was) rules.find("correction-old-value", stood, was, "data.old");
      if (is === was) rules.find("correction-changes-nothing", "another value", is, "data.new");
      if (fresh === null) plan.items.delete(number);
      else plan.items.set(number, is);
      state(plan, number, entry.index, fresh !== null && Object.hasOwn(fresh, "homework"));
    }

    take(plan, entry, items) {
      for (const { number, ...item } of items) {
        if (plan.items.size && number <= Math.max(...plan.items.keys())) {
          this.rules.find("plan-item", "numbers that rise", number, "data.items");
        }
        plan.items.set(number, Letopis.render(item));
        state(plan, number, entry.index, Object.hasOwn(item, "homework"));
      }
    }

    // Reports numbers of a lesson that do not rise or have no item in its course's plan.
    checkCovered(lesson, numbers, field) {
      const { rules } = this;
      if (!Letopis.rises(numbers)) rules.find("plan-item", "numbers that rise", `[${numbers.join(", ")}]`, field);
      if (!lesson.course) return;
      const plan = rules.streams.get(`plan/${lesson.course.id}`);
      if ((!plan && rules.start) || (plan && plan.isPartial)) return;
      for (const number of numbers) {
        if (!plan || !plan.items.has(number)) rules.find("plan-item", "an item of the course's plan", number, field);
      }
    }

    // Says whether one of a lesson's items had homework before the lesson's entry.
    hadHomework(course, numbers, before) {
      const plan = this.rules.streams.get(`plan/${course.id}`);
      const had = (number) => ((plan.stated.get(number) || []).filter((each) => each.index < before).at(-1) || {}).hasHomework;
      return Boolean(plan) && numbers.some(had);
    }
  }

  function state(plan, number, index, hasHomework) {
    listOf(plan.stated, number).push({ index, hasHomework });
  }

  // The list under a key of a map, made when it is first asked for.
  function listOf(map, key) {
    if (!map.has(key)) map.set(key, []);
    return map.get(key);
  }

  Object.assign(Letopis, { listOf });
  Letopis.ROOMS.push(["setUp", SetUp], ["plans", Plans]);
})((globalThis.Letopis = globalThis.Letopis || {}));
