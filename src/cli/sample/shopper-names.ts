/** Given and family names that go together: one row a language, so that nobody is called at random. */
export interface Names {
  readonly given: readonly string[];
  readonly family: readonly string[];
  /** What stands between the two in a user name. */
  readonly joint: string;
}

const words = (text: string): readonly string[] => text.split(' ');

export const names: readonly Names[] = [
  {
    given: words('olivia amelia isla george noah arthur freya harry poppy theo ivy oscar'),
    family: words('clarke hughes turner bennett walsh osborne fletcher ward doyle marsh'),
    joint: '.',
  },
  {
    given: words('jürgen käthe lukas mia björn änne felix greta jörg lotte emil hannah'),
    family: words('müller weiß schröder köhler vogt brandt groß lindner jäger böhm'),
    joint: '_',
  },
  {
    given: words('amélie zoé théo chloé françois inès léo maëlle jérôme noémie hugo agnès'),
    family: words('dubois lefèvre moreau garnier beaumont lacroix boulanger péret chevalier roy'),
    joint: '.',
  },
  {
    given: words('lucía martín sofía íñigo begoña álvaro nuria joaquín marta jesús'),
    family: words('garcía núñez peña ibáñez lópez castaño ortega muñoz vidal ríos'),
    joint: '-',
  },
  {
    given: words('zofia łukasz agnieszka paweł małgorzata wojciech kasia michał'),
    family: words('kowalska nowak wiśniewska zieliński dąbrowska wójcik król mazur'),
    joint: '.',
  },
  {
    given: words('søren astrid bjørn ingrid åse lars signe håkon maja øystein'),
    family: words('lund nygård sørensen dahl åberg holm kjær berg strøm moe'),
    joint: '_',
  },
  {
    given: words('мария иван ольга дмитрий анна сергей екатерина олексій наталія'),
    family: words('иванова петров смирнова кузнецов попова шевченко мельник бондар'),
    joint: '.',
  },
  {
    given: words('ελένη νίκος μαρία γιώργος κατερίνα δημήτρης σοφία κώστας'),
    family: words('παπαδοπούλου οικονόμου γεωργίου μακρής νικολάου αλεξίου'),
    joint: '_',
  },
  {
    given: words('陽子 健太 美咲 翔 さくら 大輔 結衣 直樹'),
    family: words('田中 佐藤 鈴木 高橋 渡辺 山本 中村 小林'),
    joint: '.',
  },
  {
    given: words('서연 민준 지우 도윤 하은 시우'),
    family: words('김 이 박 최 정 강'),
    joint: '_',
  },
  {
    given: words('أمينة حسن ليلى يوسف نور كريم'),
    family: words('حداد منصور خوري صالح'),
    joint: '_',
  },
  {
    given: words('adaeze chidi wanjiru kofi amara thabo zanele kwame'),
    family: words('okafor eze mwangi mensah diallo nkosi dlamini boateng'),
    joint: '-',
  },
];
