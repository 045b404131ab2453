const list = (words: string): readonly string[] => words.split(' ')

export const adjectives = list(
  'Silent Crooked Amber Hollow Distant Burning Patient Velvet Forgotten Winter Golden Restless Narrow Broken Luminous Salt Iron Pale Wandering Borrowed Northern Secret Unfinished Paper Drowned Gentle Scarlet Long Hidden Last',
)
export const nouns = list(
  'Harbour Orchard Lantern Kingdom River Garden Cartographer Letter Mountain Library Sparrow Bridge Engine Harvest Tide Clockmaker Forest Window Empire Island Daughter Road Shadow Mirror Storm Chapel Archive Voyage Meadow Compass',
)
export const places = list('Ashgrove Verona Halden Kyoto Lisbon Tamsin Orkney Bergen Marrow Aldwick Quebec Salisbury Trieste Galway Avon')
export const given = list(
  'Mara Jonas Edith Tomás Ingrid Samuel Aiko Lucien Petra Oscar Nadia Rowan Celia Henrik Beatriz Amos Freya Ivo Thea Malik',
)
export const family = list(
  'Holloway Brandt Okafor Lindqvist Marchetti Ferreira Ashdown Novak Castellan Whitlock Duarte Kowalski Penrose Achterberg Sinclair Moreau Tanaka Varga Ellison Grünwald',
)
export const subjects = list(
  'Fiction History Travel Poetry Science Mystery Biography Philosophy Fantasy Adventure Nature Essays Romance Music Letters',
)
export const publishers = [
  'Lantern Press',
  'Harbour & Sons',
  'North Light Books',
  'Quiet River',
  'Aldwick University Press',
  '青波書房',
  '月影文庫',
]

export const titlesBeforeNo = list('吾輩 銀河 夜明け 雪国 坂道 海辺 春 硝子 月光 風 遠い街 図書館 砂漠 灯台 桜 旅人')
export const titlesAfterNo = list('猫 鉄道 前に 記憶 物語 手紙 午後 少女 時計 約束 地図 庭 影 歌 冒険 果て')
export const familyJapanese = list('夏目 宮沢 川端 太宰 芥川 樋口 谷崎 三島 中島 坂口 泉 島崎 森 永井 志賀')
export const givenJapanese = list('漱石 賢治 康成 治 龍之介 一葉 潤一郎 由紀夫 敦 安吾 鏡花 藤村 鷗外 荷風 直哉')
export const subjectsJapanese = list('小説 文学 歴史 随筆 詩 推理 旅 科学 童話 哲学')
export const sentencesJapanese = [
  '古い駅の時計は、いつも七分だけ遅れていた。',
  '彼女は窓を開け、海からの風が部屋を通り抜けるのを待った。',
  '誰もその本の最後の頁を読んだことがなかった。',
  '雨の日の図書館には、紙と木の匂いが満ちている。',
  '手紙は三十年後に、思いがけない場所から届いた。',
]
export const sentences = [
  'The clock above the old station had always been seven minutes slow.',
  'She opened the window and waited for the wind from the sea to cross the room.',
  'Nobody in the village had ever read the last page of that book.',
  'On rainy days the library smelled of paper, cedar and wet wool.',
  'The letter arrived thirty years late, from a place nobody expected.',
  'He counted the steps to the lighthouse and lost count at every landing.',
]
