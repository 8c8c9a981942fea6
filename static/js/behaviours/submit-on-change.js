/* A filter takes effect when a choice changes; text waits for its button or Enter. Empty filters stay out of the URL. */
export default function submitOnChange(form) {
  form.addEventListener("change", (event) => {
    if (event.target.name && event.target.matches('select, input[type="radio"], input[type="checkbox"]')) form.requestSubmit();
  });
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (value === "" && event.formData.getAll(name).length === 1) event.formData.delete(name);
    }
  });
}
