"""Names of columns in common use, in the words of several languages, and what such a column may hold of PHI.

A pattern is the words that a name ends with, in lower case without accents: `birth date` stands for `birth_date`,
`patientBirthDate` and `PATIENT.BIRTH-DATE`. `^` before it: the name is these words alone, since as the end of a longer
one they mean something else (`name` in `file_name`). `@` before it: that, of a dataset or structure of persons, such as
`patients`.
"""

from __future__ import annotations

from typing import Final

from graph_schema.vocabulary.suggestions.rows import DIRECT, LOG, NOTE, PIXELS, QUASI, table

PLAIN: Final = table(
    "name in use",
    (
        DIRECT,
        "A",
        "patient",
        """
        patient name; pat name; pt name; person name; member name; subscriber name; beneficiary name; customer name;
        client name; subject name; participant name; donor name; resident name; first name; firstname; fname;
        last name; lastname; lname; middle name; middle initial; given name; given names; forename; family name;
        surname; full name; fullname; legal name; preferred name; birth name; maiden name; nickname; alias name;
        patient alias; patient initials; ^name first; ^name last; name given; name family; @name; @names; @alias;
        @initials; vorname; nachname; familienname; geburtsname; patientenname; name des patienten; nom de famille;
        nom naissance; nom de naissance; nom patient; nom du patient; ^nom; ^prenom; prenom patient; ^nom prenom;
        ^nombre; nombre paciente; nombre del paciente; nombre completo; apellido; apellidos; primer apellido;
        segundo apellido; cognome; @nome; nome paziente; nome paciente; nome completo; nome do paciente; sobrenome;
        voornaam; achternaam; patientnaam; fornavn; etternavn; efternavn; fornamn; efternamn; @navn; @namn; @naam;
        imie; nazwisko; imie i nazwisko; sukunimi; etunimi; jmeno; prijmeni
    """,
    ),
    (
        DIRECT,
        "A",
        "relative",
        """
        mother name; father name; mothers name; fathers name; mothers maiden name; mother maiden name; spouse name;
        guardian name; next of kin; next of kin name; nok name; emergency contact; emergency contact name;
        contact name; guarantor name; insured name; insureds name; caregiver name; kin name
    """,
    ),
    (
        DIRECT,
        "A",
        "staff",
        """
        physician name; doctor name; provider name; clinician name; nurse name; surgeon name; practitioner name;
        prescriber name; radiologist name; pathologist name; operator name; author name; employee name; staff name;
        referring physician; attending physician; ordering physician; arztname; nom medecin; nombre medico
    """,
    ),
    (
        DIRECT,
        "B",
        "patient",
        """
        address; addr; home address; street; street address; street name; street line; address line; addr line;
        address street; address text; house number; apartment number; latitude; longitude; geo point; geolocation;
        gps coordinates; gps location; ^lat; ^lon; ^lng; ^geom; strasse; hausnummer; anschrift; wohnadresse;
        adresse; rue; ^direccion; direccion paciente; calle; domicilio; indirizzo; endereco; logradouro; straat;
        straatnaam; huisnummer; ^adres; ^adresa; ^ulica; gatuadress; gateadresse
    """,
    ),
    (
        QUASI,
        "B",
        "patient",
        """
        zip; zipcode; zip code; postcode; post code; postal code; postalcode; postal; city; town; municipality;
        county; district; precinct; census tract; census block; place of birth; birth place; birthplace; birth city;
        birth country city; neighborhood; neighbourhood; ^plz; postleitzahl; patient plz; ^ort; wohnort; geburtsort;
        ^stadt; code postal; ^ville; ville naissance; codigo postal; ciudad; municipio; lugar de nacimiento; citta;
        ^comune; luogo di nascita; ^cep; cidade; ^bairro; woonplaats; geboorteplaats; postnummer; postort;
        kod pocztowy; miasto
    """,
    ),
    (
        QUASI,
        "",
        "patient",
        """
        gender; sex; sex at birth; birth sex; gender identity; sexual orientation; race; ethnicity; ethnic group;
        religion; marital status; nationality; citizenship; ^occupation; patient occupation; primary language;
        preferred language; spoken language; country of birth; birth country; birth order; multiple birth;
        patient state; address state; state of residence; @state; @country; @language; @height; @weight;
        patient height; patient weight; geschlecht; familienstand; staatsangehoerigkeit; ^beruf; ^sexe;
        situation familiale; nationalite; ^sexo; genero; estado civil; nacionalidad; raza; etnia; ^sesso;
        stato civile; geslacht; burgerlijke staat; ^kjonn; ^plec
    """,
    ),
    (
        QUASI,
        "C",
        "patient",
        """
        birth date; birthdate; birth datetime; birth time; birth timestamp; date of birth; dateofbirth; dob; bdate;
        birth day; birthday; birth year; year of birth; yob; birth month; month of birth; day of birth; birth dt;
        death date; date of death; dod; deceased date; deceased datetime; death datetime; death dt; death time;
        ^age; @age; patient age; age years; age in years; age at visit; age at diagnosis; age at death;
        age at admission; age at encounter; admission date; admit date; admission time; admit time;
        admission datetime; admit datetime; admit dt; admitted at; date of admission; discharge date;
        discharge time; discharge datetime; discharge dt; discharged at; date of discharge; visit date;
        visit datetime; visit start date; visit end date; encounter date; encounter datetime; appointment date;
        appointment time; service date; date of service; procedure date; surgery date; operation date;
        diagnosis date; date of diagnosis; onset date; symptom date; specimen date; collection date;
        collection datetime; specimen collected at; sample date; study date; exam date; scan date; imaging date;
        prescription date; vaccination date; immunization date; enrollment date; consent date; treatment date;
        date of treatment; observation date; observation datetime; result date; test date; referral date; lab date;
        charttime; admittime; dischtime; deathtime; storetime; geburtsdatum; geb datum; gebdatum; geburtstag;
        geburtsjahr; sterbedatum; todesdatum; aufnahmedatum; entlassungsdatum; behandlungsdatum; ^alter;
        date naissance; date de naissance; annee naissance; date deces; date de deces; date admission;
        date de sortie; fecha nacimiento; fecha de nacimiento; fecha nac; fecha defuncion; fecha de defuncion;
        fecha ingreso; fecha de ingreso; fecha alta; ^edad; data nascita; data di nascita; data ricovero;
        data nascimento; data de nascimento; data obito; ^idade; geboortedatum; overlijdensdatum; opnamedatum;
        ontslagdatum; ^leeftijd; fodselsdato; fodelsedatum; data urodzenia
    """,
    ),
    (
        DIRECT,
        "D",
        "patient",
        """
        phone; phone number; phonenumber; phone no; phone nr; telephone; telephone number; tel; tel number; tel no;
        mobile; mobile number; mobile phone; cell phone; cellphone; cell number; home phone; work phone;
        contact number; phone home; phone work; phone mobile; landline; msisdn; telefon; telefonnummer; handynummer;
        mobilnummer; numero telephone; numero de telephone; ^telephone portable; telefono; numero telefono;
        numero de telefono; telefono movil; cellulare; telefone; celular; telefoonnummer; telefoon; mobiel nummer;
        numer telefonu
    """,
    ),
    (
        DIRECT,
        "D E F N",
        "patient",
        """
        telecom; contact point; contact details; contact info; contact information; kontaktdaten
    """,
    ),
    (
        DIRECT,
        "E",
        "patient",
        """
        fax; fax number; fax no; faxnummer
    """,
    ),
    (
        DIRECT,
        "F",
        "patient",
        """
        email; e mail; email address; emailaddress; e mail address; mail address; ^mail; emailadresse; courriel;
        adresse mail; adresse email; ^correo; correo electronico; indirizzo email; endereco email; e post
    """,
    ),
    (
        DIRECT,
        "G",
        "patient",
        """
        ssn; ssn last; social security; social security number; social security no; soc sec no;
        socialsecuritynumber; sozialversicherungsnummer; ^svnr; numero securite sociale; numero de securite sociale;
        num secu; ^nir; codice fiscale; ^cpf; numero seguridad social; ^dni; curp; burgerservicenummer; bsn;
        personnummer; personnumer; fodselsnummer; cpr nummer; ^cpr; pesel; rodne cislo; henkilotunnus; ^hetu;
        national id; national id number; national identifier; national identification number; aadhaar;
        aadhaar number
    """,
    ),
    (
        DIRECT,
        "H",
        "patient",
        """
        mrn; mrn number; medical record; medical record number; medicalrecordnumber; medical record no; med rec no;
        record locator; chart number; hospital number; hospital no; patient number; patient no; patient nr;
        patient num; patient identifier; patientidentifier; patient external id; unit number; nhs number; nhs no;
        nhsnumber; ^chi number; patient mrn; person source value; patientennummer; patienten nr; fallnummer;
        aktenzeichen; numero dossier; numero de dossier; ^ipp; numero patient; numero historia clinica;
        historia clinica; ^nhc; numero cartella; cartella clinica; prontuario; numero prontuario; patientnummer;
        journalnummer
    """,
    ),
    (
        QUASI,
        "R",
        "patient",
        """
        patient id; patientid; pat id; pt id; person id; personid; subject id; subjectid; participant id; donor id;
        patient key; patient sk; patient uuid; patient guid; patient ref; patient reference; subject reference;
        patient hash; patient pseudonym; pseudonym; pseudo id; study subject id; subject key; empi; empi id;
        visit id; encounter id; encounter key; hadm id; stay id; icustay id; sop instance uid; study instance uid;
        series instance uid; study uid; series uid; @id; @uuid; @key; patienten id; id patient; id paciente;
        id paziente; genome sequence; dna sequence; genotype; vcf
    """,
    ),
    (
        DIRECT,
        "I",
        "patient",
        """
        member id; member number; memberid; subscriber id; subscriber number; beneficiary id; beneficiary number;
        policy number; policy no; policy id; insurance id; insurance number; insurance policy number;
        health plan id; health insurance number; health card number; health plan number; medicare number;
        medicare id; medicaid id; medicaid number; mbi; hicn; group policy number; versichertennummer;
        versicherten nr; krankenversicherungsnummer; ^kvnr; ^egk; numero assure; numero de poliza; numero poliza;
        tessera sanitaria; ^cns; cartao sus; polisnummer; verzekerdennummer
    """,
    ),
    (
        DIRECT,
        "J",
        "patient",
        """
        account number; account no; acct number; acct no; acct num; account num; accountnumber; patient account;
        billing account; bank account; iban; credit card; credit card number; card number; cardnumber; ccn;
        kontonummer; numero compte; numero de cuenta; conto corrente
    """,
    ),
    (
        DIRECT,
        "K",
        "patient",
        """
        license number; licence number; license no; driver license; drivers license; driving licence; dl number;
        passport; passport number; passport no; certificate number; birth certificate number; ^visa number;
        dea number; ausweisnummer; fuehrerscheinnummer; reisepassnummer; numero passeport; numero permis;
        numero pasaporte; paspoortnummer; rijbewijsnummer
    """,
    ),
    (
        DIRECT,
        "L",
        "patient",
        """
        vin; vehicle id; vehicle identification number; vehicle number; license plate; licence plate; plate number;
        number plate; registration plate; ^kennzeichen; kfz kennzeichen; plaque immatriculation; matricula vehiculo;
        kenteken
    """,
    ),
    (
        DIRECT,
        "M",
        "patient",
        """
        device serial; device serial number; device serial no; serial number; serialnumber; serial no; device id;
        device identifier; deviceid; implant serial; implant id; pacemaker id; udi; udi carrier; imei; meid;
        mac address; mac addr; seriennummer; geraetenummer; numero serie; numero de serie; serienummer
    """,
    ),
    (
        DIRECT,
        "N",
        "patient",
        """
        url; ^uri; ^website; web url; home page; homepage url; photo url; profile url; image url; portal url;
        linkedin url; facebook url
    """,
    ),
    (
        DIRECT,
        "O",
        "patient",
        """
        ip; ip address; ip addr; ipaddress; ip adress; ip adresse; adresse ip; direccion ip; ipv4; client ip;
        remote addr; remote address; x forwarded for
    """,
    ),
    (
        DIRECT,
        "P",
        "patient",
        """
        fingerprint image; fingerprint template; fingerprint scan; @fingerprint; @fingerprints; retina scan;
        retinal scan; iris scan; iris code; voiceprint; voice print; voice recording; face embedding; face template;
        face encoding; biometric; biometrics; biometric id; biometric template; fingerabdruck
    """,
    ),
    (
        DIRECT,
        "Q",
        "patient",
        """
        photo; photograph; patient photo; face photo; face image; facial image; headshot; ^portrait;
        patient portrait; profile picture; profile photo; mugshot; passfoto; lichtbild
    """,
    ),
    (
        DIRECT,
        "R",
        "patient",
        """
        accession; accession number; accession no; accessionnumber; acc no; accession id; specimen id;
        specimen number; sample barcode; specimen barcode; encounter number; visit number; visit no; csn;
        order number; order no; placer order number; filler order number; claim number; claim no; claim id;
        claimnumber; case number; prescription number; rx number; study id; admission number; admission id;
        booking number; ticket number; auftragsnummer; aufnahmenummer; npi; npi number; employee id;
        employee number; user name; username; login name; user login; user id; userid; ^login
    """,
    ),
    (
        NOTE,
        "*",
        "patient",
        """
        note; notes; note text; notetext; note body; note content; clinical note; clinical notes; clinical text;
        progress note; progress notes; nursing note; nursing notes; discharge note; discharge summary;
        admission note; free text; freetext; comment; comments; comment text; remark; remarks; narrative; ^report;
        report text; radiology report; pathology report; report body; impression; ^findings; findings text;
        finding text; history of present illness; hpi; chief complaint; reason for visit; visit reason;
        clinical history; family history; social history; medical history; physical exam; assessment and plan;
        assessment plan; dictation; call transcript; visit transcript; consultation transcript; letter text;
        patient message; message text; answer text; arztbrief; befund; befundtext; anamnese; freitext; bemerkung;
        bemerkungen; notiz; notizen; epikrise; compte rendu; commentaire; commentaires; observation text; ^notas;
        ^nota; comentario; comentarios; observaciones; informe; motivo consulta; anamnesi; referto; commento; laudo;
        evolucao; opmerking; opmerkingen; ^verslag; ^notitie; journaltekst; kommentar; ^uwagi
    """,
    ),
    (
        PIXELS,
        "*",
        "patient",
        """
        pixel data; pixeldata; ^pixels; image data; image bytes; image blob; image content; ^image; dicom file;
        dicom bytes; slide image; wsi; scan image; xray image; x ray image; image base64; ^video; video data;
        bilddaten; ^imagen
    """,
    ),
    (
        LOG,
        "*",
        "patient",
        """
        log message; log line; log text; log entry; request body; response body; request payload; response payload;
        request params; query string; stack trace; stacktrace; raw message; hl7 message; raw hl7; error message
    """,
    ),
    between=";",
)
