# ruff: noqa: RUF001 - texts of many languages hold signs that look like others
"""Texts as houses say them, with what makes word times hard to guess."""

TEXTS: tuple[tuple[str, str], ...] = (
    ("en-US", "Good morning! It is 7:30, the sun is up, and the coffee machine has been warming up for ten minutes."),
    ("en-US", "The server at 192.168.178.24 did not answer; the one at 10.0.0.1 did, after 3.5 seconds (twice)."),
    ("en-US", "Your package arrives on 12/24/2026 between 14:00 and 16:30, so please keep the gate open."),
    (
        "en-US",
        "Bread, milk, eggs, butter, cheese, apples, pears, rice, pasta, salt, pepper and sugar are on your list.",
    ),
    ("en-US", "The temperature in the living room is 21.5 degrees and the humidity is 48 percent."),
    ("en-US", "Call +49 170 1234567, or +1 212 555 0199, and ask for Dr. Smith: he knows about the heating."),
    ("en-US", "Yes."),
    ("en-US", "I turned off the lights in the kitchen, the hall and the garage."),
    ("en-US", "There is no rain today – it will stay dry until Friday, when a front comes in from the west, slowly."),
    ("en-US", "The washing machine has finished. Shall I remind you again in half an hour, or do you take care of it?"),
    ("en-US", "In 1969, on July 20, two people walked on the Moon; 600 million watched them do it."),
    ("en-US", "Population: 8,336,817. Area: 302.6 square miles. Elevation: 33 feet. Founded: 1624."),
    (
        "en-US",
        (
            "Once upon a time there was a small house at the edge of a wood, and in that house there lived an old "
            "clock maker who had not sold a clock for years; yet every evening he wound them all, one after the other."
        ),
    ),
    (
        "en-US",
        (
            "This sentence has no comma at all and simply goes on and on about the many things that a person could say "
            "without ever taking a breath because the writer did not think of anybody who would have to read it aloud"
        ),
    ),
    ("en-US", "Press 1 for yes, 2 for no, 3 for maybe, 4 to hear this again and 5 to talk to somebody."),
    ("en-US", "Really? Really! Well... then let us go (but quickly), e.g. by car, i.e. now."),
    ("en-GB", "The kettle's on, the biscuits are in the tin, and Auntie Mabel will be here at a quarter to four."),
    ("en-GB", "Trains to London leave at 8:05, 8:35, 9:05 and 9:35; the 8:35 is late by 12 minutes."),
    ("de", "Guten Morgen! Es ist 7:30 Uhr, draußen sind es 3,5 Grad, und die Straßen sind glatt."),
    ("de", "Am 22.11.2026 um 17:45 Uhr kommt die Müllabfuhr, danach ist die Einfahrt wieder frei."),
    ("de", "Die Donaudampfschifffahrtsgesellschaftskapitänsmütze hängt neben der Rindfleischetikettierungsvorschrift."),
    (
        "de",
        "Die Geschwindigkeitsbegrenzung, das Straßenverkehrsamt, die Kraftfahrzeughaftpflichtversicherung, der Stau.",
    ),
    ("de", "Milch, Brot, Butter, Käse, Eier, Äpfel, Birnen, Nudeln, Reis und Salz stehen auf der Einkaufsliste."),
    ("de", "Der Router 192.168.1.1 meldet einen Fehler: Die Verbindung wurde 14-mal getrennt, zuletzt um 3:12 Uhr."),
    ("de", "Im Wohnzimmer brennt noch Licht; das Fenster im Bad ist offen, z. B. wegen der Feuchtigkeit von 78 %."),
    (
        "de",
        "Es war einmal ein König, der hatte drei Töchter, und die jüngste war so schön, dass sich die Sonne wunderte.",
    ),
    ("de", "Rufen Sie 0800 1234567 an, Montag bis Freitag, von 8 bis 18 Uhr, oder schreiben Sie uns."),
    ("de", "Ja, klar."),
    ("fr-FR", "Il est 7 h 30, il fait 21 degrés dans le salon, et la porte du garage est restée ouverte."),
    ("fr-FR", "Bonjour ! Voulez-vous que j'éteigne les lumières, que je ferme les volets, ou que je ne fasse rien ?"),
    ("fr-FR", "Le 14 juillet 1789, à Paris, la Bastille fut prise ; 98 assaillants y laissèrent la vie."),
    ("es", "La lavadora ha terminado, el horno sigue encendido, y son las 22:15; ¿apago las luces del pasillo?"),
    ("es", "Compra pan, leche, huevos, arroz, tomates, cebollas, patatas y aceite, por favor, antes de las 20:30."),
    ("it", "Buongiorno, oggi è il 3 marzo 2026: fuori ci sono 12,5 gradi, e nel pomeriggio pioverà."),
    ("nl", "De vaatwasser is klaar, het raam staat open, en het is 18,5 graden in de slaapkamer."),
    ("pl", "Dzień dobry, jest godzina 7:30, na dworze są 3 stopnie, a autobus przyjedzie za 12 minut."),
    ("ru", "Доброе утро, сейчас 7:30, на улице минус 5 градусов, и снег будет идти до самого вечера."),
    ("sv", "Tvätten är klar, det är 21 grader i köket, och bussen går klockan 8:15 från torget."),
    ("zh-CN", "早上好，现在是七点三十分，外面的温度是二十五度。今天下午会下雨，请带上雨伞。"),
    ("ko", "안녕하세요, 지금은 아침 일곱 시 삼십 분이고, 바깥 온도는 오 도이며, 오후에는 비가 옵니다."),
    ("tr", "Günaydın, saat 7:30, dışarıda hava 5 derece, ve kapı hâlâ açık; kapatayım mı?"),
    ("pt-BR", "Bom dia! São 7:30, a temperatura na sala é de 22,5 graus, e a porta da garagem está aberta."),
)
"""Language tag and text."""
