export default function Home() {
  return (
    <main>
      <h1>Landing site</h1>
      <p>Welcome. The full site opens soon.</p>
    </main>
  );
}
