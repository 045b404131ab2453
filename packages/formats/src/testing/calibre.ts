import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'

export type CalibreColumnInput = {
  label: string
  name: string
  datatype: string
  multiple?: boolean
  /** What may be chosen of an enumeration. */
  choices?: readonly string[]
}
export type CalibreBookInput = {
  title: string
  /** Below the folder of the library. */
  path: string
  files: readonly { name: string; format: string }[]
  sort?: string
  authors?: readonly { name: string; sort: string }[]
  series?: { name: string; index: number }
  tags?: readonly string[]
  publisher?: string
  pubdate?: string
  languages?: readonly string[]
  identifiers?: Readonly<Record<string, string>>
  comments?: string
  /** Half stars. */
  rating?: number
  /** By label; a series is a name and its position. */
  columns?: Readonly<Record<string, string | number | readonly string[] | { name: string; index: number }>>
}
export type CalibreInput = { books: readonly CalibreBookInput[]; columns?: readonly CalibreColumnInput[] }

const nocase = 'collate nocase'
const shared = (table: string, column: string, more = '') =>
  `create table ${table} (id integer primary key, ${column} text not null ${nocase} ${more}, unique(${column}));`
const linked = (table: string, key: string, more = '') =>
  `create table ${table} (id integer primary key, book integer not null, ${key} integer not null ${more}, unique(book, ${key}));
   create index ${table}_bidx on ${table} (book); create index ${table}_aidx on ${table} (${key});`

/** The tables, indexes, views and triggers of calibre's schema 26, its own functions in them. */
const schema = `
create table books (id integer primary key autoincrement, title text not null default 'Unknown' ${nocase}, sort text ${nocase},
  timestamp timestamp default current_timestamp, pubdate timestamp default current_timestamp, series_index real not null default 1.0,
  author_sort text ${nocase}, path text not null default '', uuid text, has_cover bool default 0,
  last_modified timestamp not null default '2000-01-01 00:00:00+00:00');
create index authors_idx on books (author_sort ${nocase}); create index books_idx on books (sort ${nocase});
create table data (id integer primary key, book integer not null, format text not null ${nocase}, uncompressed_size integer not null,
  name text not null, unique(book, format));
create index data_idx on data (book);
${shared('authors', 'name', `, sort text ${nocase}, link text not null default ''`)}
${shared('series', 'name', `, sort text ${nocase}, link text not null default ''`)}
${shared('tags', 'name', `, link text not null default ''`)}
${shared('publishers', 'name', `, sort text ${nocase}, link text not null default ''`)}
${shared('languages', 'lang_code', `, link text not null default ''`)}
create table ratings (id integer primary key, rating integer check(rating > -1 and rating < 11), link text not null default '', unique(rating));
${linked('books_authors_link', 'author')} ${linked('books_series_link', 'series')} ${linked('books_tags_link', 'tag')}
${linked('books_publishers_link', 'publisher')} ${linked('books_languages_link', 'lang_code', ', item_order integer not null default 0')}
${linked('books_ratings_link', 'rating')}
create table identifiers (id integer primary key, book integer not null, type text not null default 'isbn' ${nocase}, val text not null ${nocase}, unique(book, type));
create table comments (id integer primary key, book integer not null, text text not null ${nocase}, unique(book));
create table custom_columns (id integer primary key autoincrement, label text not null, name text not null, datatype text not null,
  mark_for_delete bool default 0 not null, editable bool default 1 not null, display text default '{}' not null,
  is_multiple bool default 0 not null, normalized bool not null, unique(label));
create table library_id (id integer primary key, uuid text not null, unique(uuid));
create table preferences (id integer primary key, key text not null, val text not null, unique(key));
create view meta as select id, title, (select sortconcat(bal.id, name) from books_authors_link as bal join authors on (author = authors.id)
  where book = books.id) authors, sort, author_sort, series_index, path, uuid from books;
create trigger books_insert_trg after insert on books begin
  update books set sort = title_sort(new.title), uuid = uuid4() where id = new.id and sort is null; end;
create trigger books_update_trg after update on books begin
  update books set sort = title_sort(new.title) where id = new.id and old.title <> new.title; end;
create trigger books_delete_trg after delete on books begin delete from data where book = old.id; end;
create trigger series_insert_trg after insert on series begin update series set sort = title_sort(new.name) where id = new.id; end;
pragma user_version = 26;`

const normalized = new Set(['text', 'enumeration', 'series', 'rating'])
const types: Readonly<Record<string, string>> = { bool: 'bool', int: 'int', float: 'real', rating: 'int', datetime: 'timestamp' }
const titleSort = (title: unknown) => String(title).replace(/^(The|A|An) (.+)$/, '$2, $1')

function addColumn(database: DatabaseSync, id: number, { label, name, datatype, multiple = false, choices }: CalibreColumnInput): void {
  const isShared = normalized.has(datatype)
  database
    .prepare('insert into custom_columns (id, label, name, datatype, is_multiple, normalized, display) values (?, ?, ?, ?, ?, ?, ?)')
    .run(id, label, name, datatype, multiple ? 1 : 0, isShared ? 1 : 0, JSON.stringify(choices ? { enum_values: choices } : {}))
  if (datatype === 'composite') return
  const type = types[datatype] ?? `text ${nocase}`
  const extra = datatype === 'series' ? ', extra real' : ''
  database.exec(
    isShared
      ? `create table custom_column_${id} (id integer primary key autoincrement, value ${type} not null, link text not null default '', unique(value));
         ${linked(`books_custom_column_${id}_link`, 'value', extra)}`
      : `create table custom_column_${id} (id integer primary key autoincrement, book integer, value ${type}, unique(book));`,
  )
}

/** Writes a database as calibre does, with its functions at hand; those who read it have none of them. */
export function buildCalibre(file: string, { books, columns = [] }: CalibreInput): void {
  const database = new DatabaseSync(file)
  database.function('title_sort', { deterministic: true }, titleSort)
  database.function('uuid4', () => randomUUID())
  database.exec(`pragma synchronous = off; begin; ${schema}`)
  database.prepare('insert into library_id (uuid) values (?)').run(randomUUID())
  for (const [i, column] of columns.entries()) addColumn(database, i + 1, column)

  const idOf = (table: string, column: string, value: string | number, more: Readonly<Record<string, string>> = {}): number => {
    const known = database.prepare(`select id from ${table} where ${column} = ?`).get(value)
    if (known) return Number(known['id'])
    const names = [column, ...Object.keys(more)]
    const added = database.prepare(`insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`)
    return Number(added.run(value, ...Object.values(more)).lastInsertRowid)
  }
  const link = (table: string, key: string, book: number, value: number) =>
    database.prepare(`insert into ${table} (book, ${key}) values (?, ?)`).run(book, value)

  for (const input of books) {
    const { title, path, files, series, publisher, pubdate = '0101-01-01 00:00:00+00:00', rating, comments } = input
    const book = Number(
      database
        .prepare('insert into books (title, sort, path, pubdate, series_index) values (?, ?, ?, ?, ?)')
        .run(title, input.sort ?? null, path, pubdate, series?.index ?? 1).lastInsertRowid,
    )
    const addFile = database.prepare('insert into data (book, format, uncompressed_size, name) values (?, ?, 0, ?)')
    for (const { name, format } of files) addFile.run(book, format, name)
    for (const { name, sort } of input.authors ?? [])
      link('books_authors_link', 'author', book, idOf('authors', 'name', name.replaceAll(',', '|'), { sort }))
    for (const tag of input.tags ?? []) link('books_tags_link', 'tag', book, idOf('tags', 'name', tag))
    for (const code of input.languages ?? []) link('books_languages_link', 'lang_code', book, idOf('languages', 'lang_code', code))
    if (series) link('books_series_link', 'series', book, idOf('series', 'name', series.name))
    if (publisher) link('books_publishers_link', 'publisher', book, idOf('publishers', 'name', publisher))
    if (rating !== undefined) link('books_ratings_link', 'rating', book, idOf('ratings', 'rating', rating))
    if (comments) database.prepare('insert into comments (book, text) values (?, ?)').run(book, comments)
    for (const [type, value] of Object.entries(input.identifiers ?? {}))
      database.prepare('insert into identifiers (book, type, val) values (?, ?, ?)').run(book, type, value)
    for (const [i, { label, datatype }] of columns.entries()) {
      const given = input.columns?.[label]
      if (given === undefined) continue
      const [table, joint] = [`custom_column_${i + 1}`, `books_custom_column_${i + 1}_link`]
      if (typeof given === 'object' && 'index' in given)
        database
          .prepare(`insert into ${joint} (book, value, extra) values (?, ?, ?)`)
          .run(book, idOf(table, 'value', given.name), given.index)
      else if (normalized.has(datatype))
        for (const value of typeof given === 'object' ? given : [given]) link(joint, 'value', book, idOf(table, 'value', value))
      else
        database.prepare(`insert into ${table} (book, value) values (?, ?)`).run(book, typeof given === 'object' ? (given[0] ?? '') : given)
    }
  }
  database.exec('commit')
  database.close()
}
