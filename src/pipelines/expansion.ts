export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The text with `${NAME}` replaced by the variable, and `${NAME:-other}` by another text where that is not set or empty.
 * `$${` is a plain `${`. Tells `onProblem` about each that cannot be replaced.
 */
export function expand(text: string, environment: Environment, onProblem: (problem: string) => void): string {
  return text.replace(REFERENCE, (whole, plain?: string, name?: string, other?: string) => {
    if (plain !== undefined) return '${';
    if (name === undefined) {
      onProblem(`"${whole}" names no variable; write $\${ for a plain \${`);
      return whole;
    }
    const value = environment[name];
    if (other !== undefined) return value ? value : other;
    if (value === undefined) onProblem(`the environment has no ${name}; \${${name}:-…} says what to take then`);
    return value ?? whole;
  });
}

const REFERENCE = /(\$\$\{)|\$\{(?:([A-Za-z_]\w*)(?::-([^}]*))?\}|[^}]*\}?)/g;
