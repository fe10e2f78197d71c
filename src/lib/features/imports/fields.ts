/** What an item has, and by which other names files call it. */
export const fields = [
	{
		key: 'sku',
		label: 'SKU',
		names:
			'sku article number articleno articlenumber artikelnummer artikelnr artno itemno itemnumber itemcode productcode productid partno partnumber code barcode ean referencia reference ref codigo',
	},
	{
		key: 'name',
		label: 'Name',
		names:
			'name title product productname item itemname article artikel bezeichnung artikelbezeichnung produkt produktname nombre nom designation producto',
	},
	{
		key: 'quantity',
		label: 'Quantity',
		names:
			'quantity qty stock onhand instock inventory count amount pieces pcs units menge bestand anzahl stueck stuck lagerbestand cantidad quantite existencias',
	},
	{
		key: 'price',
		label: 'Price',
		names:
			'price unitprice cost unitcost saleprice listprice preis einzelpreis verkaufspreis vk precio prix tarif',
	},
	{
		key: 'location',
		label: 'Location',
		names:
			'location place shelf bin warehouse store room lagerort lager lagerplatz standort ort regal ubicacion almacen emplacement',
	},
	{
		key: 'category',
		label: 'Category',
		names:
			'category group type department productgroup kategorie gruppe warengruppe art categoria categorie famille familia',
	},
	{
		key: 'note',
		label: 'Note',
		names:
			'note notes comment comments remark remarks description details bemerkung notiz kommentar beschreibung nota notas comentario remarque',
	},
] as const;

export type FieldKey = (typeof fields)[number]['key'];

/** Which column a field is in, counted from 0. */
export type Mapping = Partial<Record<FieldKey, number>>;

export type DecimalMark = '.' | ',';

/** How a name is compared: letters and digits, without accents. */
export function plain(name: string): string {
	return name
		.normalize('NFKD')
		.toLowerCase()
		.replaceAll(/[^\p{L}\p{N}]/gu, '');
}

const known = new Map(
	fields.flatMap(({ key, names }) => names.split(' ').map((name) => [name, key])),
);

/** The field that a column of this name is about. */
export function fieldNamed(name: string): FieldKey | null {
	return known.get(plain(name)) ?? null;
}
