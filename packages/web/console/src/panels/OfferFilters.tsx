import { parseCredits } from '../format/amount.js'
import { parsePlace } from '../format/geo.js'
import { Field } from '../parts/Field.js'

/** What is in the form, as typed. */
export interface OfferForm {
  readonly find: string
  readonly type: string
  readonly maxPerGiB: string
  readonly maxPerHour: string
  readonly slice: string
  readonly place: string
  readonly sort: 'price' | 'distance' | 'trust'
}

export const NO_FILTER: OfferForm = {
  find: '',
  type: '',
  maxPerGiB: '',
  maxPerHour: '',
  slice: '',
  place: '',
  sort: 'price',
}

const wrongPrice = (text: string) =>
  text.trim() === '' || 'micro' in parseCredits(text) ? undefined : 'Credits, for example 0.25'
const wrongPlace = (form: OfferForm) => {
  if (form.place.trim() === '') return form.sort === 'distance' ? 'Needed to sort by distance' : undefined
  return parsePlace(form.place) === undefined ? 'Latitude, longitude: 48.137, 11.575' : undefined
}

interface Props {
  readonly form: OfferForm
  readonly onChange: (form: OfferForm) => void
}

interface TextProps extends Props {
  readonly name: Exclude<keyof OfferForm, 'sort'>
  readonly label: string
  readonly placeholder?: string
  readonly error?: string | undefined
}

function TextFilter({ form, onChange, name, label, placeholder, error }: TextProps) {
  return (
    <Field label={label} error={error}>
      {ids => (
        <input
          {...ids}
          className="field"
          autoComplete="off"
          inputMode={name.startsWith('max') ? 'decimal' : 'text'}
          placeholder={placeholder}
          value={form[name]}
          onChange={event => onChange({ ...form, [name]: event.target.value })}
        />
      )}
    </Field>
  )
}

/** Search over the offers; every change is applied at once. */
export function OfferFilters({ form, onChange }: Props) {
  const place = (at: GeolocationPosition) =>
    onChange({ ...form, place: `${at.coords.latitude.toFixed(4)}, ${at.coords.longitude.toFixed(4)}` })
  return (
    <search className="block border-line border-b px-4 py-4 md:px-5">
      <form className="grid grid-cols-2 items-start gap-3 md:grid-cols-4" onSubmit={event => event.preventDefault()}>
        <TextFilter form={form} onChange={onChange} name="find" label="Name or provider" />
        <Field label="Type">
          {ids => (
            <select
              {...ids}
              className="field"
              value={form.type}
              onChange={e => onChange({ ...form, type: e.target.value })}
            >
              <option value="">All types</option>
              <option value="access">Access</option>
            </select>
          )}
        </Field>
        <TextFilter
          form={form}
          onChange={onChange}
          name="maxPerGiB"
          label="At most per GiB"
          error={wrongPrice(form.maxPerGiB)}
        />
        <TextFilter
          form={form}
          onChange={onChange}
          name="maxPerHour"
          label="At most per hour"
          error={wrongPrice(form.maxPerHour)}
        />
        <TextFilter form={form} onChange={onChange} name="slice" label="Slice" />
        <TextFilter
          form={form}
          onChange={onChange}
          name="place"
          label="Near"
          placeholder="48.137, 11.575"
          error={wrongPlace(form)}
        />
        <Field label="Sort by">
          {ids => (
            <select
              {...ids}
              className="field"
              value={form.sort}
              onChange={e => onChange({ ...form, sort: e.target.value as OfferForm['sort'] })}
            >
              <option value="price">Lowest price</option>
              <option value="distance">Distance</option>
              <option value="trust">Trust</option>
            </select>
          )}
        </Field>
        <div className="flex flex-wrap gap-2 self-end">
          <button
            type="button"
            className="button px-2.5"
            onClick={() => navigator.geolocation?.getCurrentPosition(place)}
          >
            Near me
          </button>
          <button type="button" className="button px-2.5" onClick={() => onChange(NO_FILTER)}>
            Clear
          </button>
        </div>
      </form>
    </search>
  )
}
