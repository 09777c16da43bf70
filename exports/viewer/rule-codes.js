"use strict";
// What each code of the journal's rules means, in Russian and in English: more of what this page decides (report.js).
(function (Letopis) {
  Object.assign(Letopis.CLAIMED, {
    "data-field": ["Поле события отсутствует, лишнее или неверное.", "An event's field is missing, extra or wrong."],
    "stream-kind": [
      "Событие в потоке не своего рода.",
      "An event is in a stream of another kind or begins or repeats it wrongly.",
    ],
    "reference-unknown": ["Запись называет то, чего раньше не было.", "An entry names something that no earlier entry made."],
    "person-kind": [
      "Человек не того рода: нужен ученик, законный представитель, учитель или сотрудник.",
      "A person is not registered as what this needs: a student, a guardian, a teacher or an employee.",
    ],
    "ends-before-start": ["Конец раньше начала.", "Something ends before it starts."],
    enrollment: [
      "Зачисление или выбытие не сходится с тем, в каком классе был ученик.",
      "An enrolment or leaving does not fit the class that the student was in.",
    ],
    subgroup: [
      "Подгруппа или пребывание в ней не сходится с прежними записями.",
      "A subgroup, or a stay in one, does not fit what the entries before say.",
    ],
    "subgroup-member": [
      "В уроке подгруппы запись об ученике, которого в ней в этот день не было.",
      "A lesson of a subgroup has an entry for a student who was not in it on that day.",
    ],
    duty: ["Обязанность не сходится с прежними записями о ней.", "A duty does not fit what the entries before say of it."],
    "duty-missing": [
      "Урок дал учитель, в обязанности которого ведение журнала в этот день не входило.",
      "A lesson is recorded for a teacher whose duties did not include the journal on that day.",
    ],
    "plan-item": [
      "План урока не сходится: номера идут не по порядку, или такого пункта в плане нет.",
      "A lesson plan does not fit: its numbers do not rise, or a lesson names an item that the plan does not have.",
    ],
    "period-overlap": [
      "Период с тем же номером или на те же дни у параллели уже есть.",
      "A grade has a period of this kind with this number, or on these days, already.",
    ],
    "in-force-order": [
      "Редакция регламента, назначение, звонки или расписание вступает в силу раньше предыдущего.",
      "A version of the regulation, of bells or of a timetable, or an appointment, begins before the one it follows.",
    ],
    "calendar-entry": [
      "Запись календаря — не о днях своего года или отменяет то, что не действует.",
      "A calendar entry is not of days of its year, or revokes what does not stand.",
    ],
    "timetable-lesson": [
      "В расписании курс другого класса или урок, на который нет звонка.",
      "A timetable has a course of another class, or a lesson that no bell rings for.",
    ],
    "guardian-link": [
      "Запись не сходится с тем, кто записан законным представителем ученика.",
      "An entry does not fit who is linked to the student as a guardian.",
    ],
    "answers-nothing": [
      "Запись отвечает на то, чего нет или что уже не ждёт: уведомление, обновление, согласие, отказ, замечание.",
      "An entry answers a notice, a refresh, a consent, a refusal or a remark that is not there or waits no more.",
    ],
    "consent-form": [
      "Согласие или отзыв внесены не так, как требует их способ или канал.",
      "A consent or withdrawal has not what its method or channel needs.",
    ],
    "approval-same-person": ["Утвердил тот же человек, который внёс запись.", "Who approved is who recorded."],
    "remark-mismatch": [
      "Замечание называет курс, урок, день или проверку не того класса.",
      "A remark names a course, a lesson, a day or a check that does not fit its class.",
    ],
    incident: ["Инцидент закрыт дважды или не открыт.", "An incident is closed twice, or was never opened."],
    "excuse-mismatch": [
      "Уважительная причина не сходится с уроком, учителем, документом или инцидентом, или снята дважды.",
      "An excuse does not fit its lesson, teacher, document or incident, or is withdrawn twice.",
    ],
    "freshness-mismatch": [
      "Отставание не сходится с тем, сколько записей показано.",
      "How far views were behind does not fit how many entries they had.",
    ],
    portal: ["Запись не сходится с тем, как портал стоит в списке.", "An entry does not fit how the portal stands on the list."],
    "correction-cites-nothing": [
      "Исправление ссылается не на действующую запись.",
      "A correction does not cite a standing entry.",
    ],
    "correction-old-value": ["Старое значение в исправлении неверно.", "A correction's old value is not what stood."],
    "correction-changes-nothing": ["Исправление ничего не меняет.", "A correction's new value is its old one."],
    "correction-note-missing": ["Нет пояснения к причине «иное».", "The reason 'other' has no note."],
    "correction-after-close": [
      "Изменение после закрытия периода или публикации результата без заявки.",
      "A change after the period's close, or a result's publication, without a request.",
    ],
    "request-mismatch": ["Исправление не совпадает с заявкой.", "A correction or refusal does not fit its request."],
    "request-same-person": [
      "На заявку ответил тот, кто её подал или за кого она подана, или кто-то за него.",
      "Who asked, or was asked for, also answered, or somebody did for them.",
    ],
    "request-answered": ["На заявку ответили дважды.", "A request is answered twice."],
    "recorded-after-close": ["Новое внесено после закрытия периода.", "Something new is recorded after the period's close."],
    "recorded-twice": ["Внесено второй раз при действующем первом.", "Something is recorded while an earlier one stands."],
    "recorded-on-annulled": [
      "Внесено к аннулированному уроку или работе.",
      "Something is recorded on an annulled lesson or work.",
    ],
    "annulled-while-in-use": [
      "Аннулировано то, на чём ещё что-то держится.",
      "Something is annulled while other facts rest on it.",
    ],
    "nobody-responsible": [
      "Урок внесён в день, когда за курс никто не отвечал.",
      "A lesson is recorded on a day on which nobody was responsible for its course.",
    ],
    "substitution-missing": [
      "Урок дал не тот учитель, который отвечает за курс, а замещение не внесено.",
      "A lesson was given by another teacher than the responsible one, and no substitution is recorded.",
    ],
    "substitution-mismatch": [
      "Замещение не сходится с уроком или с тем, кто отвечал за курс.",
      "A substitution does not fit its lesson, or who was responsible for the course.",
    ],
    "absence-and-lateness": [
      "У ученика и пропуск, и опоздание или ранний уход.",
      "A student has both an absence and a lateness or an early leaving.",
    ],
    "mark-for-absent": [
      "У ученика и пропуск, и отметка, отработки нет, а регламент на день урока этого не допускает.",
      "A student has an absence, a mark and no make-up, which the regulation of the lesson's day does not take.",
    ],
    "posted-mismatch": [
      "Урок взял задание, которого заранее для него не размещали, или размещено было другое.",
      "A lesson takes over homework that was not posted for it, or something else was posted.",
    ],
    "due-too-early": [
      "Домашнее задание задано к уроку или дню, который не позже его собственного урока.",
      "Homework is due by a day or a lesson that is not after its own lesson.",
    ],
    "mark-for-unassigned-homework": [
      "Плохая отметка за домашнее задание, которого в журнале нет, а регламент на день его урока этого не допускает.",
      "A bad mark for homework that is nowhere, and the regulation of its lesson's day does not take that.",
    ],
    "certificate-mismatch": [
      "Пропуск не сходится со справкой, на которую ссылается или которая покрывает этот день.",
      "An absence does not fit the certificate that it cites, or that covers its day.",
    ],
    attendance: ["Отметка о явке не сходится с пропусками.", "attendance_taken does not fit the lesson."],
    "result-sheet": [
      "Ведомость не той пары курса и периода, вторая для неё или не годится для такого результата.",
      "A result sheet is of a course and a period that do not fit, is their second, or may not hold such a result.",
    ],
    "result-rule": [
      "Результат вычислен не по тем правилам, которые действовали.",
      "A result was not computed by the rules that were in force.",
    ],
    "result-inputs": [
      "Результат вычислен не из тех отметок, которые действовали.",
      "A result was not computed from the marks that stood.",
    ],
    "result-computed": [
      "Вычисленная отметка не следует из своих отметок по правилам.",
      "A computed mark does not follow from its inputs by the rules.",
    ],
    "result-reason": [
      "Отметка отличается от вычисленной без причины, или причина стоит без отличия.",
      "A result differs from the computed one without a reason, or has a reason without differing.",
    ],
    "council-decision": [
      "Решение совета заменяет то, что не действует, или перечисляет учеников не по порядку.",
      "A council's decision replaces none that stands, or does not list its students in order, each once.",
    ],
    "journal-closed": [
      "Запись не согласуется с тем, закрыт ли журнал класса за год.",
      "An entry does not fit whether the class's journal of the year is closed.",
    ],
    "journal-mismatch": [
      "Журнал класса закрыт, а сказанное о недостающем не сходится с записями.",
      "A class's journal is closed, and what it says to lack is not what the entries show.",
    ],
    "sheet-digest": [
      "Переданная сводная ведомость не та, которую дают записи.",
      "The summary sheet that was handed over is not the one that the entries lead to.",
    ],
    "closing-mismatch": ["Закрытие не сходится с уроками периода.", "A closing does not commit to what the entries say."],
    "period-not-closed": [
      "Период открывают снова или заверяют, хотя он не закрыт, или открывают слишком часто.",
      "A period is reopened or attested that is not closed, or is reopened too often.",
    ],
    "reopened-alone": [
      "Период или журнал открыт снова одним человеком, когда это делали уже двое.",
      "A period or a journal is opened again by one person alone, after it took two.",
    ],
    "backdated-alone": [
      "Учитель, зачисление или выбытие задним числом в закрытом периоде внесены одним человеком.",
      "A teacher, an enrollment or a leaving is back-dated into a closed period by one person alone.",
    ],
    "help-alone": [
      "В сильную роль дали войти в одиночку: без документа или когда ответить было кому.",
      "A way in to a strong role was given by one person: without a document, or though another could answer.",
    ],
    "reopening-waits": [
      "Открыть снова просят второй раз, хотя первая заявка ждёт ответа.",
      "Reopening is requested a second time while the first request waits.",
    ],
    "attestation-size": [
      "Заверено не то, что стояло в журнале после закрытия.",
      "What is attested is not a state of the log after the closing.",
    ],
    "archive-receipt": [
      "Расписка говорит о другом архиве, чем записан.",
      "A receipt is of another archive than the one that was recorded.",
    ],
    "evidence-size": [
      "Свидетельство говорит о том, чего в журнале не было, или о слишком давнем.",
      "Evidence speaks of what the log had not, or of what was too long before it.",
    ],
    "evidence-root": [
      "Корень в свидетельстве не тот, что был у журнала.",
      "The root in a piece of evidence is not the log's at that size.",
    ],
    backup: [
      "Резервная копия: проверено не то, что снято, или итог не следует из проверки.",
      "A backup: what was verified is not what was taken, or the verdict does not follow.",
    ],
    "printout-scope": [
      "Распечатка не того, что требует условие, или сделана раньше его конца.",
      "A printout is not of what its condition asks for, or was made before that ended.",
    ],
    "print-register": [
      "Реестр печатных форм не сходится: номер, за что форма или её состояние.",
      "The register of printed forms does not add up: a number, a scope or what became of a sheet.",
    ],
    "retention-schedule": [
      "Перечень сроков хранения не читается или введён раньше прежнего.",
      "A retention schedule says a thing twice, or is from an earlier day than the one before.",
    ],
    "legal-hold": [
      "Запрет на уничтожение назван неверно, или стёрто вопреки ему.",
      "A legal hold is not of what it names, or something was erased while it stood.",
    ],
    erasure: [
      "Сведения стёрты не по правилам: не предложено, не одобрено или дважды.",
      "An erasure does not add up: not proposed, not approved, answered twice, or of something else.",
    ],
    "erasure-too-early": [
      "Сведения стирают раньше, чем позволяет перечень сроков хранения.",
      "Values are erased before the retention schedule lets them go.",
    ],
    "erased-disclosed": [
      "В архиве раскрыты сведения, которые к этому времени стёрты.",
      "The archive discloses values that were erased by then.",
    ],
    blocking: [
      "Сведения заблокированы или разблокированы не по правилам.",
      "A block does not add up: of nobody's request, ended twice, or by a change that corrected nothing.",
    ],
    "blocked-disclosed": [
      "В архиве раскрыты сведения, которые к его концу заблокированы.",
      "The archive discloses values that are blocked at its end.",
    ],
    "access-anchor": [
      "Отметка о журнале доступа не продолжает прежнюю.",
      "An anchor of the access log is of no longer log than the one before.",
    ],
    "account-role": [
      "Роль дана, снята или ознакомление внесено не тем, кому можно, или роль не та.",
      "A role was granted or taken, or secrecy acknowledged, by somebody who may not, or it is no such role.",
    ],
    "account-state": [
      "Учётная запись открыта или закрыта дважды, закрыта не по той причине, или уволенному что-то поручено.",
      "An account was opened or closed twice, or closed for no reason of its kind; or the dismissed were entrusted.",
    ],
    "paper-register": [
      "Реестр бумажных архивов не сходится: номер, состав дела или то, чего в школе уже нет.",
      "The register of paper does not add up: a number, what lies in a paper, or one that is not at the school.",
    ],
    "paper-term": [
      "Срок хранения бумаги не тот, что даёт перечень сроков.",
      "The term of a paper is not what the retention schedule gives.",
    ],
    "paper-destruction": [
      "Бумага уничтожена не по правилам: не предложено, не одобрено или дважды.",
      "A destruction of paper does not add up: not proposed, not approved, or answered twice.",
    ],
    "paper-too-early": [
      "Бумагу уничтожают раньше, чем позволяет перечень сроков хранения.",
      "Paper is destroyed before the retention schedule lets it go.",
    ],
    "disclosure-name": [
      "Раскрыто то, чего в такой записи быть не может, или одно и то же дважды.",
      "A disclosure is of a name that this entry may not have, or has twice.",
    ],
    "digest-reused": ["Хэш раскрытия взят из другой записи.", "A disclosure's digest stands in another entry too."],
    "recorded-by-another": [
      "Запись сделал не тот, кто дал урок или отвечает за курс; или за другого — не из руководства школы.",
      "An entry is by neither the lesson's teacher nor the course's; or for another by who does not lead the school.",
    ],
    witness: [
      "Запись не сходится с тем, как назначен свидетель и что он заверил прежде.",
      "An entry does not fit how the witness was appointed and what it cosigned before.",
    ],
    "witness-key": [
      "Ключ свидетеля не читается, или номер свидетеля не от этого ключа.",
      "A witness's key is malformed, or its id is not of this key.",
    ],
    cosignature: [
      "Подпись свидетеля неверна: этого размера и корня он не заверял.",
      "A witness's signature is wrong: it did not cosign this size and root.",
    ],
  });

  // What could not be checked of them.
  Object.assign(Letopis.UNCHECKED, {
    "partly-disclosed": [
      "О человеке раскрыто не всё: не видно, нет ли среди скрытого второго имени.",
      "A part of what stands for a person is held back: whether a second name is among it cannot be seen.",
    ],
    "cosignatures-beyond": [
      "Подписей свидетелей больше, чем проверяется за один раз.",
      "There are more cosignatures than are verified in one run.",
    ],
  });
})((globalThis.Letopis = globalThis.Letopis || {}));
